/** The page that says how embedded nodes compare with recorded ones, written from a run. */
import { passedOver } from './conformance-fields.ts';
import { REASONS } from './conformance-reasons.ts';
import type { FileResult, Replayed, VersionResult } from './conformance-run.ts';

/** The page, in the form that the formatter gives it. */
export function conformancePage(results: readonly VersionResult[]): string {
  const files = [...new Set(results.flatMap(({ files: own }) => own.map(({ file }) => file)))];
  const lines = [
    '# Conformance with MultiChain',
    '',
    'Calls recorded from MultiChain 1.0.9 and 2.3.3, three nodes each, asked of three embedded nodes in the same order and compared.',
    'Written by `packages/ledger/src/node/conformance.test.ts` (`WATTLOT_WRITE=1` writes it again); do not edit.',
    '',
    '**What equal means.** Ids, addresses, keys, signatures, asset references and block hashes differ on every run: each recorded one must stand',
    'for one and the same of ours throughout, and ours for no other. Transactions are compared input by input and output by output, with what is signed and how. Times, heights, ports and',
    'the fields named at the end must be there and are not compared; of `confirmations`, only whether there are none or some. Lists in the order of ids',
    'are compared in any order. Everything else is equal to the letter, the digits of numbers too. Raw bodies about HTTP itself',
    'are the business of the test of the HTTP side.',
    '',
    '**What the replay adds.** Blocks where notes and heights show one; addresses, locks lifted and payments that the recording leaves out and later',
    'calls show, and an empty block; where a node’s wallet merged its outputs by itself, a payment that does the same, so that what follows can be compared;',
    'and of two sends at the same moment, the one that won is asked first.',
    '',
    ...summary(results, files),
    '## Case by case',
    '',
    ...files.flatMap((file) => casesOf(results, file)),
    '## Differences',
    '',
    'All there are. Numbers are the recordings’ `seq`.',
    '',
    ...differencesTable(results),
    '',
    '## Fields not compared',
    '',
    ...table(
      ['Why', 'Fields'],
      [...passedOver()].map(([why, fields]) => [why, fields.map((one) => `\`${one}\``).join(', ')]),
    ),
    '',
  ];
  return lines.join('\n');
}

function summary(results: readonly VersionResult[], files: readonly string[]): string[] {
  const rows = files.map((file) => [
    file,
    ...results.map((version) => {
      const found = version.files.find((one) => one.file === file);
      return found ? shareOf(found.calls) : 'not recorded';
    }),
  ]);
  const totals = results.map(({ files: own }) => shareOf(own.flatMap(({ calls }) => calls)));
  const head = ['Recording', ...results.map(({ version }) => `Equal, ${version}`)];
  return [...table(head, [...rows, ['**all**', ...totals]]), ''];
}

/** `68 of 70 (97.1 %)`. */
function shareOf(calls: readonly Replayed[]): string {
  const equal = equalIn(calls);
  const share = Math.floor((equal / calls.length) * 1000) / 10;
  return `${equal} of ${calls.length} (${share.toFixed(1)} %)`;
}

/** How many were answered as recorded. */
export function equalIn(calls: readonly Replayed[]): number {
  return calls.filter(({ difference }) => difference === undefined).length;
}

function casesOf(results: readonly VersionResult[], file: string): string[] {
  const recorded = results.flatMap((version) => {
    const found = version.files.find((one) => one.file === file);
    return found ? [{ version: version.version, found }] : [];
  });
  const cases = [
    ...new Set(recorded.flatMap(({ found }) => found.calls.map(({ call }) => caseOf(call.case)))),
  ];
  const head = ['Case', ...recorded.map(({ version }) => version)];
  const rows = cases.map((name) => [name, ...recorded.map(({ found }) => cell(found, name))]);
  return [`### ${file}`, '', ...table(head, rows), ''];
}

function caseOf(name: string | undefined): string {
  return (name ?? 'no case').replaceAll('|', '/').replaceAll('*', '\\*').replaceAll('_', '\\_');
}

function cell({ calls }: FileResult, name: string): string {
  const own = calls.filter(({ call }) => caseOf(call.case) === name);
  return own.length === 0 ? '' : `${equalIn(own)} of ${own.length}`;
}

function differencesTable(results: readonly VersionResult[]): string[] {
  const rows = REASONS.flatMap((reason) =>
    results.flatMap(({ version, files }) => {
      const calls = files.find(({ file }) => file === reason.file)?.calls ?? [];
      const own = (reason.calls[version] ?? []).flatMap((seq) => {
        const found = calls.find(({ call }) => call.seq === seq);
        return found ? [`${seq} ${found.call.method}`] : [];
      });
      return own.length > 0 ? [[reason.file, version, own.join(', '), reason.why]] : [];
    }),
  );
  return table(['Recording', 'Version', 'Calls', 'Why'], rows);
}

/** A table with its columns in line. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, i) =>
    Math.max(
      3,
      ...[[name], ...rows.map((row) => [row[i] ?? ''])].map(([text = '']) => text.length),
    ),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
