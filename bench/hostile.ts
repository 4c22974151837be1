/**
 * What 500 clients at another address, which never read, cost the honest ones: `node bench/hostile.ts [--json] [--clients N] [--rounds N] [--seconds N] [--unlimited]`. Spans without
 * and with them take turns: as they only follow everything, and as they also ask for whole books again and again, now and then or as fast as a connection may.
 */
import { optionsOfScript } from '@wattlot/client/config';
import { quantile } from '../test/hostile/honest.ts';
import { Siege } from '../test/hostile/siege.ts';
import type { Span } from '../test/hostile/siege.ts';

const number = { kind: 'number', value: 'N', least: 1 } as const;
const { json, clients, rounds, seconds, unlimited } = optionsOfScript('npm run bench:hostile --', {
  json: { kind: 'flag', what: 'the figures as one object, the last line' },
  clients: { ...number, what: 'hostile connections', usual: 500, most: 900 },
  rounds: { ...number, what: 'turns of each kind', usual: 5, most: 1_000 },
  seconds: { ...number, what: 'of one turn', usual: 8, most: 3_600 },
  unlimited: { kind: 'flag', what: 'without the limit on the frames of one address' },
});

const kinds = [
  { name: 'alone', silent: undefined },
  { name: 'beside silent readers', silent: { count: clients, requestsPerSecond: 0 } },
  { name: 'beside silent askers', silent: { count: clients, requestsPerSecond: 10 } },
  { name: 'beside fast askers', silent: { count: clients, requestsPerSecond: 190 } },
] as const;

function median(numbers: readonly number[]): number {
  return quantile(
    numbers.toSorted((one, other) => one - other),
    0.5,
  );
}

const mebibyte = 1024 * 1024;
const siege = await Siege.open(unlimited ? 'source-frames-per-second = 1000000' : '');
const spans = new Map<string, Span[]>(kinds.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const { name, silent } of kinds)
    spans.get(name)?.push(await siege.span(seconds * 1000, silent));
}
await siege.close();

const rows = kinds.map(({ name }) => {
  const own = spans.get(name) ?? [];
  const of = (share: number): number => median(own.map(({ took }) => quantile(took, share)));
  const [p50, p99] = [of(0.5), of(0.99)];
  // Of the first round alone: afterwards what was taken for the hostile ones is in it, as far as it has not been given back.
  const grown = own.slice(0, name === kinds[0].name ? 1 : own.length);
  const growth = Math.max(...grown.map((span) => span.growth ?? 0)) / mebibyte;
  const [orders, settled, cut] = [
    own.reduce((sum, { took }) => sum + took.length, 0),
    own.reduce((sum, span) => sum + span.settled, 0),
    own.reduce((sum, span) => sum + span.cut, 0),
  ];
  return { name, p50, p99, growth, orders, settled, cut };
});
const alone = rows[0]?.p99 ?? 0;
console.log(
  `${clients} clients that never read, ${rounds} rounds of ${seconds} s, medians of rounds`,
);
for (const { name, p50, p99, growth, orders, settled, cut } of rows) {
  console.log(
    `${name.padEnd(24)} p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${(p99 / alone).toFixed(2)} ×), memory +${growth.toFixed(0)} MiB, ${orders} orders, ${settled} lots settled, ${cut} cut off`,
  );
}
if (json) {
  const kindsOf = rows.map((row) => ({ ...row, p99Ratio: row.p99 / alone }));
  console.log(JSON.stringify({ bench: 'hostile', clients, rounds, seconds, kinds: kindsOf }));
}
