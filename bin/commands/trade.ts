/** `wattlot trade`: the terminal of one household. */
import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { keyFileOf, logFolder } from '../folders.ts';
import { openTerminal } from '../terminal.ts';

export interface TradeCommandOptions {
  readonly url: string;
  readonly data: string;
  readonly name: string;
  readonly key?: string;
  readonly readonly?: boolean;
  readonly once?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly theme: 'dark' | 'light' | 'mono';
  readonly ascii?: boolean;
  readonly tariff?: number;
}

export async function trade(options: TradeCommandOptions): Promise<number> {
  const { url, data, name } = options;
  const keyFile = options.key ?? keyFileOf(data, name);
  const mode = options.once === true ? 'once' : options.follow === true ? 'follow' : 'terminal';
  const isPlain = mode !== 'terminal' || options.json === true;
  if (!isPlain && options.readonly !== true) {
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  }
  return openTerminal({
    url,
    keyFile,
    name,
    mode,
    readonly: options.readonly === true,
    json: options.json === true,
    theme: options.theme,
    ascii: options.ascii === true,
    tariff: options.tariff,
    logFile: join(logFolder(data), 'terminal.log'),
  });
}
