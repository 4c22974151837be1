/** `wattlot trade`: decides between the terminal and plain lines before anything that draws is loaded, and turns every ending into an exit code. */
import { dirname, join } from 'node:path';
import { constants } from 'node:os';
import type { ReadStream, WriteStream } from 'node:tty';
import { toAddress } from '@wattlot/core';
import { realClock } from './clock.ts';
import { makeLog } from './log-file.ts';
import type { ExitCode, TradeOptions } from './options.ts';
import { follow, printOnce } from './plain.ts';
import type { Ending, Opened } from './session.tsx';
import { counted } from './text/number.ts';
import { printable } from './text/printable.ts';
import { makeTheme } from './theme.ts';

function warn(text: string): void {
  process.stderr.write(`wattlot trade: ${text}\n`);
}

function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}

/** Whether a frame can be drawn: both ends are a terminal, and one that can move its cursor. */
function canDraw(stdin: ReadStream, stdout: WriteStream, term: string | undefined): boolean {
  return stdin.isTTY && stdout.isTTY && term !== 'dumb';
}

async function openPublic({ url }: TradeOptions): Promise<Opened> {
  const { connect } = await import('@wattlot/client');
  const client = connect({ url: await url });
  return { client, close: () => client.close() };
}

async function openOwn(options: TradeOptions, keyFile: string): Promise<Opened> {
  const { openParticipant } = await import('@wattlot/client');
  const { url, name = 'household', meter } = options;
  const address = meter === undefined || meter === 'own' ? meter : toAddress(meter);
  return openParticipant({
    url: await url,
    keyFile,
    name,
    ...(address === undefined ? {} : { meter: address }),
  });
}

/** Settles when the reader of standard output is gone or the process is asked to end. */
function outputEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.on('error', () => {
      resolve();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}

async function runPlain(options: TradeOptions): Promise<ExitCode> {
  const opened = await openPublic(options);
  const plain = {
    client: opened.client,
    isJson: options.json ?? false,
    clock: realClock,
    offsetMinutes: -new Date().getTimezoneOffset(),
    print: (text: string) => {
      process.stdout.write(`${text}\n`);
    },
    warn,
    ended: outputEnd(),
  };
  const code = await (options.mode === 'once' ? printOnce(plain) : follow(plain));
  await opened.close();
  return code;
}

function exitCodeOf(ending: Ending): ExitCode {
  switch (ending.kind) {
    case 'quit':
      if (ending.liveOrders > 0) {
        process.stdout.write(
          `On the book still: ${counted(ending.liveOrders, 'order')} of yours.\n`,
        );
      }
      return 0;
    case 'signal':
      return 128 + constants.signals[ending.signal];
    case 'crash': {
      const { error } = ending;
      warn(
        `an error inside: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      return 70;
    }
    case 'unopened': {
      warn(messageOf(ending.error));
      const isLater =
        typeof ending.error === 'object' &&
        ending.error !== null &&
        'retryable' in ending.error &&
        ending.error.retryable === true;
      return isLater ? 3 : 1;
    }
  }
}

async function runTerminal(options: TradeOptions): Promise<ExitCode> {
  const { keyFile, url } = options;
  const isReadOnly = options.readonly === true || keyFile === undefined;
  const { runSession } = await import('./session.tsx');
  const { stdin, stdout } = process;
  const logFile =
    options.logFile ?? (keyFile === undefined ? undefined : join(dirname(keyFile), 'terminal.log'));
  const ending = await runSession({
    open: () => (isReadOnly ? openPublic(options) : openOwn(options, keyFile)),
    doing: options.doing ?? `connecting to ${await url}`,
    name: options.name ?? (isReadOnly ? 'watching' : 'household'),
    isReadOnly,
    tariff: options.tariff,
    theme: makeTheme({
      name: options.theme,
      ascii: options.ascii,
      colorDepth: stdout.getColorDepth(),
    }),
    keyboard: stdin,
    canvas: stdout,
    clock: realClock,
    log: makeLog(logFile, realClock.now),
  });
  return exitCodeOf(ending);
}

/**
 * Runs `wattlot trade` on this process's standard streams and resolves with the exit code; the terminal is as it was found. The caller ends the process
 * with that code, as sockets may still be closing.
 */
export async function runTrade(options: TradeOptions): Promise<ExitCode> {
  const { meter } = options;
  if (meter !== undefined && meter !== 'own' && toAddress(meter) === undefined) {
    warn(`${printable(meter, 60)} is no address of a meter`);
    return 2;
  }
  const isPlain = options.json === true || (options.mode ?? 'terminal') !== 'terminal';
  if (isPlain) return runPlain(options);
  if (!canDraw(process.stdin, process.stdout, process.env['TERM'])) {
    warn('this is no terminal to draw on: use --once, --follow or --json');
    return 2;
  }
  return runTerminal(options);
}
