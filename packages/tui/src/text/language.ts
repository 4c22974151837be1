/** The languages of the terminal. English is the source: each text stands in the code as it reads in English, and its translations in a table of their own. */
import { korean } from './korean.ts';

export const languages = ['en', 'ko'] as const;
export type Language = (typeof languages)[number];

/** A text that has been translated; the compiler refuses any other. */
export type Message = keyof typeof korean;

/** What stands in a text's `{places}`. */
export type Values = Readonly<Record<string, string | number>>;

/** The text in a language, its places filled. What is filled in is taken as it is. */
export function t(language: Language, message: Message, values: Values = {}): string {
  const text: string = language === 'ko' ? korean[message] : message;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

const plurals = {
  lot: ['{n} lot', '{n} lots'],
  order: ['{n} order', '{n} orders'],
  'live order': ['{n} live order', '{n} live orders'],
  cancel: ['{n} cancel', '{n} cancels'],
  trade: ['{n} trade', '{n} trades'],
} as const satisfies Record<string, readonly [Message, Message]>;

/** `1 lot`, `2 lots`. */
export function countedIn(language: Language, count: number, noun: keyof typeof plurals): string {
  const [one, many] = plurals[noun];
  return t(language, count === 1 ? one : many, { n: count });
}

/** The language that the environment asks for: POSIX's order of variables, and Korean only where the terminal takes UTF-8. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const wish = ['LC_ALL', 'LC_MESSAGES', 'LANG']
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== '');
  return /^ko(?:_\w+)?\.utf-?8(?:@\w+)?$/i.test(wish ?? '') ? 'ko' : 'en';
}
