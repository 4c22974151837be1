/** `wattlot trade`: the terminal of one household. */
import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { RecordedDayOptions } from '@wattlot/tui';
import { recordedDay } from '../day/open-day.ts';
import { Failure } from '../failure.ts';
import { keyFileOf, logFolder, operatorKeyFileOf } from '../folders.ts';
import { lookOf } from '../look.ts';
import type { LookOptions } from '../look.ts';
import { nodeUrlOf } from '../node-option.ts';
import { openTerminal } from '../terminal.ts';

export interface TradeCommandOptions extends LookOptions {
  readonly url: string;
  readonly data: string;
  readonly name: string;
  readonly key?: string;
  /** The node that has the keys, with user and password. */
  readonly node?: string;
  readonly readonly?: boolean;
  readonly operator?: boolean;
  readonly once?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly meter?: string;
  /** A recorded day instead of an exchange: the folder of its journal. */
  readonly replay?: string;
  readonly as?: string;
  readonly speed?: number;
  readonly from?: string;
  readonly to?: string;
}

/** What goes with a recorded day only, by its flag. */
const dayFlags = ['as', 'speed', 'from', 'to'] as const;

function dayOf(options: TradeCommandOptions): RecordedDayOptions | undefined {
  const { replay: folder, as, name, speed = 1, from, to } = options;
  if (folder === undefined) {
    const flag = dayFlags.find((one) => options[one] !== undefined);
    if (flag === undefined) return undefined;
    throw new Failure(`--${flag} goes with --replay only.`, 2);
  }
  const offsetMinutes = -new Date().getTimezoneOffset();
  return recordedDay({ folder, as, name, speed, from, to, clock, offsetMinutes });
}

const clock = {
  now: () => performance.now(),
  later: (ms: number, action: () => void) => {
    if (ms === 0) {
      const turn = setImmediate(action);
      return () => {
        clearImmediate(turn);
      };
    }
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

export async function trade(options: TradeCommandOptions): Promise<number> {
  const { url, data, name } = options;
  if (options.node !== undefined) nodeUrlOf('--node', options.node);
  const isOperator = options.operator === true;
  const usual = isOperator ? operatorKeyFileOf(data) : keyFileOf(data, name);
  const keyFile = options.key ?? usual;
  const mode = options.once === true ? 'once' : options.follow === true ? 'follow' : 'terminal';
  const replay = dayOf(options);
  const isPlain = mode !== 'terminal' || options.json === true;
  if (!isPlain && options.readonly !== true && replay === undefined && !isOperator) {
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  }
  return openTerminal({
    url,
    keyFile,
    node: options.node,
    name,
    replay,
    ...(replay === undefined ? {} : { doing: `opening the day in ${options.replay ?? ''}` }),
    mode,
    readonly: options.readonly === true,
    operator: isOperator,
    json: options.json === true,
    ...lookOf(options, data),
    meter: options.meter,
    logFile: join(logFolder(data), 'terminal.log'),
  });
}
