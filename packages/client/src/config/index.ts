/** Files of settings. */
export { ConfigError, quoted, readLines, wrongValue } from './lines.ts';
export { configBytesMax } from '../limits.ts';
export type { ConfigLine } from './lines.ts';
