/**
 * While the terminal is ours: its other screen, no cursor, raw keys, no stray output. On every way out it is given back as it was found: asked for, by a
 * signal, by an error that nobody caught, at the end of the process.
 */
import type { EventEmitter } from 'node:events';
import type { Canvas } from './sink.ts';

/** The part of `tty.ReadStream` that is needed. */
export interface Keyboard extends EventEmitter {
  setRawMode(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface OwnershipOptions {
  readonly keyboard: Keyboard;
  readonly output: Pick<Canvas, 'write' | 'on'>;
  /** One line for the log file, which takes what would otherwise land on the screen. */
  readonly log: (text: string) => void;
  /** Asked to end from outside; `SIGHUP` too when the window has been closed. The terminal has been given back already. */
  readonly onSignal: (signal: NodeJS.Signals) => void;
  /** An error that nobody caught. The terminal has been given back already. */
  readonly onCrash: (error: unknown) => void;
}

/** Other screen, cleared; cursor hidden; no wrapping at the right edge; pastes marked. */
const enter = '\u001b[?1049h\u001b[2J\u001b[?25l\u001b[?7l\u001b[?2004h';
const leave = '\u001b[?2004l\u001b[?7h\u001b[0m\u001b[?25h\u001b[?1049l';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const consoleMethods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;

function textOf(parts: readonly unknown[]): string {
  return parts
    .map((part) => (part instanceof Error ? (part.stack ?? part.message) : String(part)))
    .join(' ');
}

/** Sends `console` and standard error to the log. @returns a function that undoes it. */
function divert(log: (text: string) => void): () => void {
  const methods = consoleMethods.map((name) => [name, console[name]] as const);
  const writeError = Object.getOwnPropertyDescriptor(process.stderr, 'write');
  const warningListeners = process.rawListeners('warning');
  for (const name of consoleMethods) {
    console[name] = (...parts: unknown[]) => {
      log(textOf(parts));
    };
  }
  process.stderr.write = (chunk: unknown): boolean => {
    log(String(chunk).trimEnd());
    return true;
  };
  // Node prints warnings past console and standard error.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    log(textOf([warning]));
  });
  return () => {
    for (const [name, method] of methods) console[name] = method;
    if (writeError === undefined) Reflect.deleteProperty(process.stderr, 'write');
    else Object.defineProperty(process.stderr, 'write', writeError);
    process.removeAllListeners('warning');
    for (const listener of warningListeners) {
      process.on('warning', (warning) => {
        Reflect.apply(listener, process, [warning]);
      });
    }
  };
}

/** Takes the terminal. @returns a function that gives it back; calling it again does nothing. */
export function takeTerminal(options: OwnershipOptions): () => void {
  const { keyboard, output, log, onSignal, onCrash } = options;
  let isOurs = true;
  let isSignalled = false;
  const restoreOutput = divert(log);

  function giveBack(): void {
    // Ink listens too, and would end the process at once if it were the only one: our listeners stay while a signal is handled.
    if (!isSignalled) for (const signal of signals) process.off(signal, signalled);
    if (!isOurs) return;
    isOurs = false;
    process.off('uncaughtException', crashed);
    process.off('unhandledRejection', crashed);
    process.off('exit', giveBack);
    try {
      keyboard.setRawMode(false);
    } catch {
      // The terminal is gone: there is nothing to give back.
    }
    keyboard.pause();
    try {
      output.write(leave);
    } catch {
      // As above.
    }
    restoreOutput();
  }

  function signalled(signal: NodeJS.Signals): void {
    isSignalled = true;
    giveBack();
    isSignalled = false;
    onSignal(signal);
  }

  function crashed(error: unknown): void {
    giveBack();
    onCrash(error);
  }

  for (const signal of signals) process.on(signal, signalled);
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  process.on('exit', giveBack);
  // The window may be closed at any time, and what is still written to it fails later, when nothing here is listened to any more: these stay.
  const gone = (): void => {
    if (isOurs) signalled('SIGHUP');
  };
  output.on('error', gone);
  keyboard.on('error', gone);
  output.write(enter);
  keyboard.setEncoding('utf8');
  keyboard.setRawMode(true);
  keyboard.resume();
  return giveBack;
}
