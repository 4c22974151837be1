/** The settings file: what the command line may say too, kept. The command line goes first. */
import { languages } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { themeNames } from '../theme.ts';
import type { ThemeName } from '../theme.ts';
import { ConfigError, quoted, readLines } from './lines.ts';
import type { ConfigLine } from './lines.ts';

export interface Settings {
  readonly theme?: ThemeName;
  readonly ascii?: boolean;
  readonly lang?: Language;
  /** In ecoin per unit of energy. */
  readonly tariff?: number;
}

const names = ['theme', 'ascii', 'lang', 'tariff'] as const;
const tariffMax = 10_000;

function wrong(file: string, { line, name, value }: ConfigLine, allowed: string): ConfigError {
  return new ConfigError(file, line, `${name} cannot be ${quoted(value)}; allowed: ${allowed}`);
}

function settingOf(file: string, entry: ConfigLine): Settings {
  const { name, value } = entry;
  switch (name) {
    case 'theme': {
      const theme = themeNames.find((one) => one === value);
      if (theme === undefined) throw wrong(file, entry, themeNames.join(', '));
      return { theme };
    }
    case 'lang': {
      const lang = languages.find((one) => one === value);
      if (lang === undefined) throw wrong(file, entry, languages.join(', '));
      return { lang };
    }
    case 'ascii':
      if (value !== 'yes' && value !== 'no') throw wrong(file, entry, 'yes, no');
      return { ascii: value === 'yes' };
    default: {
      const tariff = Number(value);
      if (!/^\d+(\.\d+)?$/.test(value) || tariff > tariffMax) {
        throw wrong(file, entry, `a number from 0 to ${tariffMax}`);
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
