/** Figures as text. */
import type { Bar } from './bars.ts';
import type { CoreFigures } from './core-apply.ts';
import type { Figures } from './runner.ts';

const columns = [18, 10, 9, 9, 9, 9, 22, 12, 9, 8];

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(18) : cell.padStart(columns[index] ?? 9)))
    .join(' ');
}

function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** Prints the engines of one stream. */
export function printFigures(figures: readonly Figures[]): void {
  const [first] = figures;
  if (first === undefined) return;
  console.log(`\n${first.stream}, ns an operation`);
  const head = ['engine', 'operations', 'median', 'p50', 'p99', 'p99.9', '/ ours', 'gc (worst)'];
  console.log(row([...head, 'RSS + MB', 'B/order']));
  for (const one of figures) {
    console.log(
      row([
        one.engine,
        one.operations.toLocaleString('en'),
        short(one.perOperation),
        short(one.p50),
        short(one.p99),
        short(one.p999),
        `${short(one.ratio)} [${short(one.ratioMin)}-${short(one.ratioMax)}]`,
        `${one.collections} (${one.pauseMax.toFixed(1)} ms)`,
        short(one.rss / 2 ** 20),
        one.bytesPerOrder === undefined ? '' : short(one.bytesPerOrder),
      ]),
    );
    if (one.perBuildUp === undefined) continue;
    console.log(`  building up: ${short(one.perBuildUp)} ns an order`);
  }
}

/** Prints what the whole core does. */
export function printCore(core: CoreFigures): void {
  const rate = Math.round(core.commandsPerSecond).toLocaleString('en');
  const orders = Math.round(core.ordersPerSecond).toLocaleString('en');
  console.log(`\nThe whole core on S2: ${rate} commands/s (${orders} placements and cancels/s),`);
  console.log(
    `${short(core.nanosecondsPerCommand)} ns a command, ${core.commands.toLocaleString('en')} commands and ${core.events.toLocaleString('en')} events a round`,
  );
}

/** Prints each bar with what was seen. */
export function printBars(bars: readonly Bar[]): void {
  console.log('');
  for (const { what, figure, bar, least, isMet } of bars) {
    const sign = least ? '≥' : '≤';
    console.log(
      `${isMet ? 'met    ' : 'NOT MET'} ${what}: ${short(figure)} (${sign} ${short(bar)})`,
    );
  }
}
