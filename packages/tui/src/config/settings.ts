/** The settings file: what the command line may say too, kept. The command line goes first. */
import { readLines, wrongValue } from '@wattlot/client/config';
import type { ConfigLine } from '@wattlot/client/config';
import { languages } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { themeNames } from '../theme.ts';
import type { ThemeName } from '../theme.ts';

export interface Settings {
  readonly theme?: ThemeName;
  readonly ascii?: boolean;
  readonly lang?: Language;
  /** In ecoin per unit of energy. */
  readonly tariff?: number;
}

const names = ['theme', 'ascii', 'lang', 'tariff'] as const;
const tariffMax = 10_000;

function settingOf(file: string, entry: ConfigLine): Settings {
  const { name, value } = entry;
  switch (name) {
    case 'theme': {
      const theme = themeNames.find((one) => one === value);
      if (theme === undefined) throw wrongValue(file, entry, themeNames.join(', '));
      return { theme };
    }
    case 'lang': {
      const lang = languages.find((one) => one === value);
      if (lang === undefined) throw wrongValue(file, entry, languages.join(', '));
      return { lang };
    }
    case 'ascii':
      if (value !== 'yes' && value !== 'no') throw wrongValue(file, entry, 'yes, no');
      return { ascii: value === 'yes' };
    default: {
      const tariff = Number(value);
      if (!/^\d+(\.\d+)?$/.test(value) || tariff > tariffMax) {
        throw wrongValue(file, entry, `a number from 0 to ${tariffMax}`);
      }
      return { tariff };
    }
  }
}

/** What a settings file says. @throws ConfigError with the file, the line and what is allowed. */
export function readSettings(file: string, text: string): Settings {
  return readLines(file, text, names).reduce<Settings>(
    (settings, entry) => ({ ...settings, ...settingOf(file, entry) }),
    {},
  );
}
