/** `wattlot trade` without a terminal, on this process's standard streams. */
import type { ExitCode, RecordedDayOptions, TradeOptions } from '../options.ts';
import { realClock } from './clock.ts';
import { unopened, warn } from './complaint.ts';
import { openPublic } from './open.ts';
import { follow, printOnce } from './plain.ts';

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
  const ended = outputEnd();
  const told = Promise.withResolvers<undefined>();
  let code: Promise<ExitCode> = Promise.resolve(0);
  try {
    await day.tell({
      mode,
      ended,
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
          ended: Promise.race([ended, told.promise]),
        };
        code = mode === 'once' ? printOnce(plain) : follow(plain);
      },
    });
  } catch (error) {
    return unopened(error);
  } finally {
    told.resolve(undefined);
  }
  return code;
}

/** Prints the market once, or follows it until nobody reads any more. @returns the exit code. */
export async function runPlain(options: TradeOptions): Promise<ExitCode> {
  if (options.replay !== undefined) return runPast(options, options.replay);
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
