/** What can be wrong with a folder of profiles. */
import { quotedLengthMax } from './limits.ts';

/** The rule that a profile file breaks. Callers switch on it, never on the text. */
export type ProfileErrorCode =
  | 'profile_unreadable'
  | 'profile_none'
  | 'profile_too_large'
  | 'profile_header'
  | 'profile_columns'
  | 'profile_number'
  | 'profile_range'
  | 'profile_step'
  | 'profile_empty';

/** A folder of profiles that cannot be used: one line that names the file, the line (1 and up; 0 for the whole file) and what was expected. */
export class ProfileError extends Error {
  readonly code: ProfileErrorCode;
  /** Trying again without changing the files does not help. */
  readonly retryable = false;
  readonly file: string;
  readonly line: number;
  readonly expected: string;

  constructor(
    code: ProfileErrorCode,
    place: { readonly file: string; readonly line: number },
    expected: string,
    found: string,
    cause?: unknown,
  ) {
    const where = place.line === 0 ? place.file : `${place.file}:${place.line}`;
    super(`${where}: expected ${expected}, found ${found}`, { cause });
    this.name = 'ProfileError';
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.expected = expected;
  }
}

/** Text of somebody else's file as a message may repeat it: printable ASCII, short, in quotes. */
export function quoted(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e]/g, '?');
  return plain.length > quotedLengthMax ? `"${plain.slice(0, quotedLengthMax)}…"` : `"${plain}"`;
}
