/** `wattlot trade`: decides between the terminal and plain lines before anything that draws is loaded, and turns every ending into an exit code. */
import { dirname, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import type { ReadStream, WriteStream } from 'node:tty';
import { toAddress } from '@wattlot/core';
import { realClock } from './clock.ts';
import { watchMemory } from './memory.ts';
import { makeLog } from './log-file.ts';
import { readKeyFile } from '../config/key-file.ts';
import { ConfigError } from '@wattlot/client/config';
import { readSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { keymap } from '../keymap/index.ts';
import type { Binding } from '../keymap/binding.ts';
import type { ConfigFile, ExitCode, TradeOptions } from '../options.ts';
import { messageOf, unopened, warn } from './complaint.ts';
import { runPlain } from './lines.ts';
import { openAsOperator, openOwn, openPast, openPublic } from './open.ts';
import type { Ending, SessionOptions } from './session.tsx';
import { languageOf, t } from '../text/language.ts';
import { counted } from '../text/number.ts';
import { printable } from '../text/printable.ts';
import { makeTheme } from '../theme.ts';

/** Whether a frame can be drawn: both ends are a terminal, and one that can move its cursor. */
function canDraw(stdin: ReadStream, stdout: WriteStream, term: string | undefined): boolean {
  return stdin.isTTY && stdout.isTTY && term !== 'dumb';
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
    case 'unopened':
      return unopened(ending.error);
  }
}

/** The text of a file that a person may have written; undefined when there is none and none is needed. @throws ConfigError */
async function textOf(file: ConfigFile | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file.path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && !file.isNeeded) return undefined;
    throw new ConfigError(file.path, undefined, `cannot be read: ${messageOf(error)}`);
  }
}

interface Config {
  readonly settings: Settings;
  readonly keys: readonly Binding[];
}

/** What the files of the owner say. @throws ConfigError */
async function readConfig({ settingsFile, keysFile }: TradeOptions): Promise<Config> {
  const [settings, keys] = await Promise.all([textOf(settingsFile), textOf(keysFile)]);
  return {
    settings: settings === undefined ? {} : readSettings(settingsFile?.path ?? '', settings),
    keys: keys === undefined ? keymap : readKeyFile(keysFile?.path ?? '', keys, keymap),
  };
}

async function runTerminal(options: TradeOptions, config: Config): Promise<ExitCode> {
  const { keyFile, url, replay } = options;
  const { settings, keys } = config;
  const ascii = options.ascii ?? settings.ascii ?? false;
  // Whoever draws with ASCII only is shown Hangul only when asked for by name.
  const usual = ascii ? 'en' : languageOf(process.env);
  const language = options.language ?? settings.lang ?? usual;
  const isOperator = options.operator === true;
  const isReadOnly = options.readonly === true || keyFile === undefined || isOperator;
  const { runSession } = await import('./session.tsx');
  const { stdin, stdout } = process;
  const logFile =
    options.logFile ?? (keyFile === undefined ? undefined : join(dirname(keyFile), 'terminal.log'));
  const session: SessionOptions = {
    open: ({ work, doing }) => {
      if (replay !== undefined) return openPast(replay, work);
      if (isOperator) return openAsOperator(options);
      if (isReadOnly) return openPublic(options);
      return openOwn(options, keyFile, (step) => {
        doing(t(language, step));
      });
    },
    isReplay: replay !== undefined,
    doing: options.doing ?? `connecting to ${await url}`,
    name: options.name ?? (isReadOnly ? 'watching' : 'household'),
    isReadOnly,
    isOperator,
    tariff: options.tariff ?? settings.tariff,
    language,
    keymap: keys,
    theme: makeTheme({
      name: options.theme ?? settings.theme,
      ascii,
      colorDepth: stdout.getColorDepth(),
    }),
    keyboard: stdin,
    canvas: stdout,
    clock: realClock,
    log: makeLog(logFile, realClock.now),
  };
  // A recorded day is kept in memory: there is much, and it is needed.
  const endWatch = replay === undefined ? watchMemory(realClock) : undefined;
  try {
    return exitCodeOf(await runSession(session));
  } finally {
    endWatch?.();
  }
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
  try {
    return await runTerminal(options, await readConfig(options));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    warn(error.message);
    return 2;
  }
}
