/** The threads of a journal: the one that waits for the disk, and the one that makes a snapshot or proves the past. One file, so that a bundle has one thread's code. */
import { workerData } from 'node:worker_threads';
import type { SnapshotTask } from './snapshot-thread.ts';
import type { DiskTask } from './disk-thread.ts';

/** What a thread is started with. */
export type ThreadTask = DiskTask | SnapshotTask;

const task: ThreadTask = workerData;

if (task.thread === 'disk') (await import('./disk-thread.ts')).serveDisk(task);
else await (await import('./snapshot-thread.ts')).runSnapshotThread(task);
