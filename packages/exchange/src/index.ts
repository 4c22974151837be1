/** The exchange server. */
export { startExchange } from './start.ts';
export type { RunningExchange, StartOptions } from './start.ts';
export { chainName } from './exchange.ts';
export type { EventListener } from './exchange.ts';
export type { NodeSettings } from './ledger-node-open.ts';
export { readLimits } from './operating-limits.ts';
export type { OperatingLimits } from './operating-limits.ts';
export type { Policy } from './admission.ts';
export type { Stats } from './stats.ts';
export { ExchangeError } from './errors.ts';
export type { ExchangeErrorCode } from './errors.ts';
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { defaultTerms } from './terms.ts';
export { countJournal, findJournal, readLines, verifyJournal } from './journal/offline.ts';
export type { JournalStats, Verification } from './journal/offline.ts';
