export * from './decimal.ts';
export * from './instrument.ts';
export * from './checksum.ts';
export * from './requests.ts';
export * from './messages.ts';
export * from './errors.ts';
export * from './session-api.ts';
export * from './time.ts';
