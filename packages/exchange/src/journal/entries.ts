/** Entries as text: one JSON object a line. */
import { toInstant, toSeq } from '@wattlot/core';
import type { Command, Entry } from '@wattlot/core';
import { ExchangeError } from '../errors.ts';

/** The text of one commit. */
export function encodeEntries(entries: readonly Entry[]): string {
  return entries.map((entry) => JSON.stringify(entry)).join('\n');
}

/**
 * The entries of one commit.
 * @throws ExchangeError `journal_corrupt` unless they are the entries `first` to `last`. What a command says is the core's to judge.
 */
export function decodeEntries(text: string, first: number, last: number): readonly Entry[] {
  const lines = text.split('\n');
  if (lines.length !== last - first + 1) throw corrupt(first);
  return lines.map((line, index) => decodeEntry(line, first + index));
}

function decodeEntry(line: string, expected: number): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw corrupt(expected, cause);
  }
  if (!isObject(value) || !isObject(value['command'])) throw corrupt(expected);
  const seq = toSeq(value['seq']);
  const at = toInstant(value['at']);
  if (seq !== expected || at === undefined) throw corrupt(expected);
  if (typeof value['command']['kind'] !== 'string') throw corrupt(expected);
  // The hash chain proves that this program wrote it, and the core refuses what is malformed.
  return { seq, at, command: value['command'] as unknown as Command };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function corrupt(seq: number, cause?: unknown): ExchangeError {
  return new ExchangeError('journal_corrupt', `the journal is corrupt at entry ${seq}`, { cause });
}
