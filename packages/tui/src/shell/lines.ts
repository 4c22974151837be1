/** `wattlot trade` without a terminal, on this process's standard streams. */
import { constants } from 'node:os';
import type { ExitCode, RecordedDayOptions, TradeOptions } from '../options.ts';
import { realClock } from './clock.ts';
import { unopened, warn } from './complaint.ts';
import { openPublic } from './open.ts';
import { follow, printOnce } from './plain.ts';

/** Why lines end before there are no more. */
interface OutputEnd {
  /** Settles when the reader of standard output is gone or the process is asked to end. */
  readonly ended: Promise<void>;
  /** The exit code after a signal: 128 and its number; undefined while none came. */
  readonly code: () => ExitCode | undefined;
}

function outputEnd(): OutputEnd {
  const { promise, resolve } = Promise.withResolvers<void>();
  let code: ExitCode | undefined;
  process.stdout.on('error', () => {
    resolve();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      code ??= 128 + constants.signals[signal];
      resolve();
    });
  }
  return { ended: promise, code: () => code };
}

/** Resolves when standard output takes more; undefined when it does already. */
function room(): Promise<void> | undefined {
  const { stdout } = process;
  if (!stdout.writableNeedDrain) return undefined;
  return new Promise((resolve) => {
    stdout.once('drain', resolve);
    stdout.once('close', resolve);
  });
}

/** A recorded day as lines. */
async function runPast(options: TradeOptions, day: RecordedDayOptions): Promise<ExitCode> {
  const mode = options.mode === 'once' ? 'once' : 'follow';
  const end = outputEnd();
  const told = Promise.withResolvers<undefined>();
  let code: Promise<ExitCode> = Promise.resolve(0);
  try {
    await day.tell({
      mode,
      ended: end.ended,
      room,
      listen: (client) => {
        const plain = {
          client,
          isJson: options.json ?? false,
          // Nothing here is late: the day takes as long as it takes to read.
          clock: { now: realClock.now, later: () => () => {} },
          offsetMinutes: -new Date().getTimezoneOffset(),
          print: (text: string) => {
            process.stdout.write(`${text}\n`);
          },
          warn,
          ended: Promise.race([end.ended, told.promise]),
        };
        code = mode === 'once' ? printOnce(plain) : follow(plain);
      },
    });
  } catch (error) {
    return unopened(error);
  } finally {
    told.resolve(undefined);
  }
  const plain = await code;
  return end.code() ?? plain;
}

/** Prints the market once, or follows it until nobody reads any more. @returns the exit code. */
export async function runPlain(options: TradeOptions): Promise<ExitCode> {
  if (options.replay !== undefined) return runPast(options, options.replay);
  const end = outputEnd();
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
    ended: end.ended,
  };
  const code = await (options.mode === 'once' ? printOnce(plain) : follow(plain));
  await opened.close();
  return end.code() ?? code;
}
