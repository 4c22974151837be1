/**
 * The exchange as its clients meet it, against a bare `ws` server in the same run: `npm run bench:exchange [-- --json --quick --rounds N --only acks,settling,fanout,memory]`. The
 * program, its peer and those who load them are processes of their own on the same cores. Medians of rounds that take turns; nothing here passes or fails. How long a start takes is
 * measured by `npm run bench:restart`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsOfScript } from '@wattlot/client/config';
import { measureAcks } from './exchange/acks.ts';
import { measureFanout } from './exchange/fanout.ts';
import type { FanoutFigures } from './exchange/fanout.ts';
import type { Counted, HouseholdsJob } from './exchange/households.ts';
import type { Changed, ChangesJob } from './exchange/market.ts';
import { measureMemory } from './exchange/memory.ts';
import type { OrdersDone, OrdersJob } from './exchange/orders.ts';
import type { Broadcast, BroadcastJob } from './exchange/peer.ts';
import { enrol } from './exchange/people.ts';
import { startHelper } from './exchange/process.ts';
import { startProgram } from './exchange/program.ts';
import { measureSettling } from './exchange/settling.ts';
import { printAll } from './exchange/table.ts';
import type { ExchangeFigures } from './exchange/table.ts';
import type { Watched, WatchersJob } from './exchange/watchers.ts';

const parts = ['acks', 'settling', 'fanout', 'memory'] as const;
const clients = 50;
const households = 20;
const subscribers = [100, 500, 1_000];
const memorySize = { orders: 10_000, pairs: 55 };

/** Measures the parts that are wanted. */
async function measure(
  only: ReadonlySet<string>,
  { rounds, isQuick }: { readonly rounds: number; readonly isQuick: boolean },
): Promise<Omit<ExchangeFigures, 'rounds' | 'load'>> {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-bench-'));
  const turns = { rounds, ms: isQuick ? 1_500 : 4_000 };
  const program = await startProgram(join(folder, 'data'));
  const peer = await startHelper<BroadcastJob, Broadcast>('./peer.ts');
  const startHouseholds = (): ReturnType<typeof startHelper<HouseholdsJob, Counted>> =>
    startHelper<HouseholdsJob, Counted>('./households.ts');
  const traders = await startHouseholds();
  try {
    const fanout: FanoutFigures[] = [];
    let acks: ExchangeFigures['acks'];
    let settling: ExchangeFigures['settling'];
    if (only.has('acks')) {
      const orders = await startHelper<OrdersJob, OrdersDone>('./orders.ts');
      const tokens = await enrol(program.url, clients);
      const exchange = { url: program.socketUrl, pid: program.pid };
      const bare = { url: peer.hello, pid: peer.pid };
      acks = await measureAcks({ folder, exchange, peer: bare, orders, tokens }, turns);
      await orders.end();
    }
    if (only.has('settling')) {
      await traders.ask({ kind: 'open', url: program.url, folder, pairs: households });
      settling = await measureSettling({ pid: program.pid, households: traders }, turns);
    }
    await traders.end();
    await program.stop();
    if (only.has('fanout')) {
      const watchers = await startHelper<WatchersJob, Watched>('./watchers.ts');
      const market = await startHelper<ChangesJob, Changed>('./market.ts');
      const all = { market, peer, watchers };
      for (const count of subscribers) fanout.push(await measureFanout(all, count, turns));
      await market.end();
      await watchers.end();
    }
    if (!only.has('memory')) return { acks, settling, fanout, memory: undefined };
    const others = await startHouseholds();
    const memory = await measureMemory(folder, others, memorySize);
    await others.end();
    return { acks, settling, fanout, memory };
  } finally {
    await peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const values = optionsOfScript('npm run bench:exchange --', {
  json: { kind: 'flag', what: 'the figures as one object, the last line' },
  quick: { kind: 'flag', what: 'a first idea in a minute' },
  rounds: {
    kind: 'number',
    value: 'N',
    what: 'how often each part is measured; 5, or 1 when quick',
    least: 1,
    most: 1_000,
  },
  only: { kind: 'list', value: 'P,P', what: 'parts', allowed: parts, usual: parts },
});
const rounds = values.rounds ?? (values.quick ? 1 : 5);
const before = loadavg()[0] ?? 0;
const measured = await measure(new Set(values.only), { rounds, isQuick: values.quick });
const figures: ExchangeFigures = { ...measured, rounds, load: [before, loadavg()[0] ?? 0] };
printAll(figures);
if (values.json) console.log(JSON.stringify(figures));
process.exit();
