/** The terminal, for whoever starts it. `runTrade` itself is in the bundle `dist/trade.mjs`, as it needs JSX compiled. */
export type { ExitCode, OpenedDay, RecordedDayOptions, TradeOptions } from './options.ts';
export { whereOf } from './replay/replay.ts';
export type {
  ReplayCommand,
  ReplayPosition,
  ReplaySource,
  ReplayTold,
  Where,
  Work,
} from './replay/replay.ts';
export { languages } from './text/language.ts';
export type { Language } from './text/language.ts';
export { themeNames } from './theme.ts';
export type { ThemeName } from './theme.ts';
