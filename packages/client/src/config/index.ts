/** What a person writes: files of settings, and the options of a script. */
export { ConfigError, quoted, readLines, wrongValue } from './lines.ts';
export { configBytesMax } from '../limits.ts';
export type { ConfigLine } from './lines.ts';
export { helpOf, optionsOfScript, readOptions } from './options.ts';
export type { OptionValues, ReadOptions, ScriptOption, ScriptOptions } from './options.ts';
