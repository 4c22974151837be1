/** What ends a command: one line for the person who started it, and the exit code. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** An error of the packages that a person can act on: it carries a code and a message of one line. */
function isExpected(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** What to do about an error, by its code: it comes to whoever starts a second one beside the first. */
const hints: Readonly<Partial<Record<string, string>>> = {
  port_taken: 'if it is yours, wattlot trade opens it; --port 0 takes any free one',
  folder_locked: 'if it is yours, wattlot trade opens what runs on it; --data takes another folder',
};

/** Turns an expected error into the command's one line; anything else is a bug and is thrown on. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (isExpected(error)) {
    const line = error.message.split('\n')[0] ?? error.code;
    const hint = hints[error.code];
    return new Failure(hint === undefined ? line : `${line}: ${hint}`, 1);
  }
  throw error;
}
