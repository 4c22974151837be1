/** The real server in a process of its own, honest households on it, and clients that never read beside them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../kill/server.ts';
import type { Server } from '../kill/server.ts';
import { later } from '../kill/traders.ts';
import { Watcher } from '../kill/watcher.ts';
import { Honest, memoryOf } from './honest.ts';
import { Silent } from './silent.ts';
import type { SilentOptions } from './silent.ts';

/** What became of one span of time. */
export interface Span {
  /** Milliseconds that honest orders took, from the shortest on. */
  readonly took: readonly number[];
  /** Bytes of memory that the server had beyond what it had at first, at most; undefined where that is not told. */
  readonly growth: number | undefined;
  /** Lots that settled. */
  readonly settled: number;
  /** Connections that never read and were ended. */
  readonly cut: number;
}

/** Milliseconds between two looks at the memory. */
const lookMs = 100;

/** A server with honest households. */
export class Siege {
  readonly server: Server;
  readonly #folder: string;
  readonly #honest: Honest;
  readonly #watcher: Watcher;
  readonly #base: number | undefined;

  private constructor(parts: { server: Server; folder: string; honest: Honest; watcher: Watcher }) {
    this.server = parts.server;
    this.#folder = parts.folder;
    this.#honest = parts.honest;
    this.#watcher = parts.watcher;
    this.#base = memoryOf(parts.server.pid);
  }

  /**
   * Starts all, and trades a while before the first look at the memory.
   * @param limits lines of `exchange.conf`. Default: no address is limited, or fewer hostile ones could be held out against.
   */
  static async open(limits = 'source-frames-per-second = 1000000'): Promise<Siege> {
    const folder = mkdtempSync(join(tmpdir(), 'wattlot-siege-'));
    const many = 'connections-per-source = 1000\ncalls-burst = 1000000\n';
    writeFileSync(join(folder, 'exchange.conf'), `${many}${limits}\n`);
    const server = await startServer(folder);
    const honest = await Honest.open(server.url, folder);
    const watcher = new Watcher(server.url, 'KWH/ECOIN');
    let isOver = false;
    const trading = honest.trade(() => isOver);
    await honest.order(2_000);
    isOver = true;
    await trading;
    return new Siege({ server, folder, honest, watcher });
  }

  /** Lets the honest ones trade for so long, beside silent ones if there are any. @throws Error when an honest one is not served. */
  async span(ms: number, silent?: Omit<SilentOptions, 'url'>): Promise<Span> {
    const { url, pid } = this.server;
    const before = this.#honest.settled;
    const hostile = silent && (await Silent.open({ ...silent, url }));
    let isOver = false;
    let most = 0;
    const looking = (async () => {
      while (!isOver) {
        most = Math.max(most, memoryOf(pid) ?? 0);
        await later(lookMs);
      }
    })();
    const trading = this.#honest.trade(() => isOver);
    const took = await this.#honest.order(ms);
    isOver = true;
    await Promise.all([trading, looking]);
    hostile?.close();
    if (this.#watcher.fault !== undefined) throw new Error(this.#watcher.fault);
    const growth = this.#base === undefined ? undefined : most - this.#base;
    return { took, growth, settled: this.#honest.settled - before, cut: hostile?.cut ?? 0 };
  }

  /** Books that an honest reader was told of. */
  get told(): number {
    return this.#watcher.books.size;
  }

  async close(): Promise<void> {
    this.#watcher.close();
    await this.#honest.close();
    await this.server.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
