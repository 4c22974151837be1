/** How the terminal looks and which keys it has: the options that every command with a terminal takes. */
import { join } from 'node:path';
import type { TradeOptions } from '@wattlot/tui';

export interface LookOptions {
  readonly theme?: 'dark' | 'light' | 'mono' | 'high-contrast';
  readonly lang?: 'en' | 'ko';
  readonly config?: string;
  readonly keys?: string;
  readonly ascii?: boolean;
  readonly tariff?: number;
}

/** A file that was named has to be there; the one that is looked for need not. */
function fileOf(named: string | undefined, usual: string): { path: string; isNeeded: boolean } {
  return { path: named ?? usual, isNeeded: named !== undefined };
}

/** What the terminal is told of them. */
export function lookOf(
  options: LookOptions,
  data: string,
): Pick<TradeOptions, 'theme' | 'language' | 'settingsFile' | 'keysFile' | 'ascii' | 'tariff'> {
  return {
    theme: options.theme,
    language: options.lang,
    settingsFile: fileOf(options.config, join(data, 'terminal.conf')),
    keysFile: fileOf(options.keys, join(data, 'keys.conf')),
    ...(options.ascii === true ? { ascii: true } : {}),
    tariff: options.tariff,
  };
}
