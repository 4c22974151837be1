/** Figures as text: ours, what they are held to, and the bare thing beside them. */
import type { AckFigures, LoadFigures } from './acks.ts';
import type { FanoutFigures } from './fanout.ts';
import type { MemoryFigures } from './memory.ts';
import type { SettlingFigures } from './settling.ts';

/** Everything that was measured; undefined where it was skipped. */
export interface ExchangeFigures {
  readonly rounds: number;
  /** Of the machine over a minute, before and after. */
  readonly load: readonly number[];
  readonly acks: AckFigures | undefined;
  readonly settling:
    { readonly rest: SettlingFigures; readonly cross: SettlingFigures } | undefined;
  readonly fanout: readonly FanoutFigures[];
  readonly memory: MemoryFigures | undefined;
}

/** What was aimed at. */
const aims = {
  ackShare: 0.5,
  acksPerSecond: 10_000,
  fanoutShare: 0.9,
  togetherTimes: 3,
  idleMb: 150,
  addedMb: 20,
} as const;

const columns = [58, 34, 20, 9];

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(columns[i] ?? 0))
    .join('')
    .trimEnd();
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function row(what: string, seen: string, aim = '', isMet?: boolean): void {
  console.log(line([what, seen, aim, isMet === undefined ? '' : isMet ? 'met' : 'NOT MET']));
}

function ofLoad({ p50Ms, p99Ms, serverMicros, clientMicros }: LoadFigures): string {
  return `  p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms; processor: server ${serverMicros.toFixed(0)} µs, clients ${clientMicros.toFixed(0)} µs each`;
}

function printAcks({ clients, echo, acks, told, ratio, half, syncMs }: AckFigures): void {
  row(`bare echo, ${clients} clients`, `${count(echo.perSecond)}/s`);
  console.log(ofLoad(echo));
  const share = `${(ratio * 100).toFixed(0)} % of the echo`;
  row('orders acknowledged durably', share, `≥ ${aims.ackShare * 100} %`, ratio >= aims.ackShare);
  const isFast = acks.perSecond >= aims.acksPerSecond;
  row('', `${count(acks.perSecond)}/s`, `≥ ${count(aims.acksPerSecond)}/s`, isFast);
  console.log(ofLoad(acks));
  row('the same, each told of its executions', `${count(told.perSecond)}/s`);
  console.log(ofLoad(told));
  const bound = 3 * syncMs.p50 + 5;
  const isSoon = half.p99Ms <= bound;
  row('p99 at half of that', `${half.p99Ms.toFixed(1)} ms`, `≤ ${bound.toFixed(1)} ms`, isSoon);
  console.log(ofLoad(half));
  console.log(
    `  the disk's sync: p50 ${syncMs.p50.toFixed(2)} ms, p99 ${syncMs.p99.toFixed(1)} ms`,
  );
  const refused = acks.refused + told.refused + half.refused;
  if (refused > 0) console.log(`  ${refused} orders were refused: the figures are not of orders`);
}

function printFanout(figures: FanoutFigures): void {
  const { subscribers, bytes, bare, single, together, singleRatio, togetherRatio } = figures;
  row(`bare broadcast of ${bytes} bytes to ${subscribers}`, `${count(bare.perSecond)} messages/s`);
  const one = `${(singleRatio * 100).toFixed(0)} %, ${count(single.perSecond)} messages/s`;
  row(
    '  book updates one by one',
    one,
    `≥ ${aims.fanoutShare * 100} %`,
    singleRatio >= aims.fanoutShare,
  );
  const many = `${togetherRatio.toFixed(1)} times, ${count(together.changesPerSecond)} changes/s`;
  row(
    '  changes, those of a commit together',
    many,
    'several times',
    togetherRatio >= aims.togetherTimes,
  );
  const micros = [bare, single, together].map((of) => of.serverMicros.toFixed(1)).join(', ');
  console.log(`  processor a message: server ${micros} µs (bare, one by one, together)`);
}

function printSettling(what: string, figures: SettlingFigures): void {
  const { perSecond, serverMicros, walletMicros } = figures;
  row(what, `${count(perSecond)}/s`);
  console.log(
    `  processor: exchange and chain ${count(serverMicros)} µs, wallets ${count(walletMicros)} µs each`,
  );
}

/** Prints everything. */
export function printAll({ acks, settling, fanout, memory, rounds, load }: ExchangeFigures): void {
  console.log(line(['', 'here', 'held to', '']));
  if (acks !== undefined) printAcks(acks);
  if (settling !== undefined) {
    printSettling('orders of one lot that come to rest, with their offers', settling.rest);
    printSettling('lots from order to settled on the embedded chain', settling.cross);
  }
  for (const figures of fanout) printFanout(figures);
  if (memory !== undefined) {
    const { idleMb, orders, addedMb, againMb } = memory;
    row(
      'memory with nothing to do',
      `${idleMb.toFixed(0)} MB`,
      `≤ ${aims.idleMb} MB`,
      idleMb <= aims.idleMb,
    );
    const isSmall = addedMb <= aims.addedMb;
    row(
      `${count(orders)} open orders add`,
      `${addedMb.toFixed(0)} MB`,
      `≤ ${aims.addedMb} MB`,
      isSmall,
    );
    console.log(`  after a start with them ${againMb.toFixed(0)} MB in all`);
  }
  console.log(
    `\nMedians of ${rounds} rounds; load of the machine ${load.map((one) => one.toFixed(1)).join(' before, ')} after.`,
  );
}
