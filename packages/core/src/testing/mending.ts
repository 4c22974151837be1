/** For tests of refusals: which rule a command breaks first. */
import { refusals } from '../index.ts';
import { codeOf, give } from './driver.ts';
import type { Driver } from './driver.ts';

/**
 * Gives a command that breaks every rule, then mends one after the other: the answers are the rules' codes in the order of the table.
 * @returns the codes; `accepted` last when all is mended.
 */
export function codesWhileMending(
  driver: Driver,
  broken: object,
  mends: readonly object[],
): (string | undefined)[] {
  let command = broken;
  const codes = [codeOf(give(driver, command))];
  for (const mend of mends) {
    command = { ...command, ...mend };
    codes.push(codeOf(give(driver, command)) ?? 'accepted');
  }
  return codes;
}

/** Whether codes come in the order of the table of refusals. */
export function inOrderOfTheTable(codes: readonly (string | undefined)[]): boolean {
  const places = codes
    .filter((code) => code !== 'accepted')
    .map((code) => Object.keys(refusals).indexOf(code ?? ''));
  return places.every((at, index) => at > (places[index - 1] ?? -1));
}
