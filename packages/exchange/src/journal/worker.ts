/** The threads of a journal: the one that waits for the disk, the one that makes a snapshot or proves the past, and the one that looks whether the database is whole. One file, so that a bundle has one thread's code. */
import { workerData } from 'node:worker_threads';
import type { SnapshotTask } from './snapshot-thread.ts';
import type { DiskTask } from './disk-thread.ts';
import type { StructureTask } from './structure-thread.ts';

/** What a thread is started with. */
export type ThreadTask = DiskTask | SnapshotTask | StructureTask;

const task: ThreadTask = workerData;

if (task.thread === 'disk') (await import('./disk-thread.ts')).serveDisk(task);
else if (task.thread === 'structure') {
  (await import('./structure-thread.ts')).runStructureThread(task);
} else await (await import('./snapshot-thread.ts')).runSnapshotThread(task);
