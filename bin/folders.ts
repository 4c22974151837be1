/** Where things are kept under the data folder. */
import { join } from 'node:path';
import envPaths from 'env-paths';

/** The default data folder: the platform's place for a program's data. */
export function dataFolder(): string {
  return envPaths('wattlot', { suffix: '' }).data;
}

/** The exchange's journal, chain and operator key. */
export function exchangeFolder(data: string): string {
  return join(data, 'exchange');
}

/** The operator's key, where the chain is the exchange's own. */
export function operatorKeyFileOf(data: string): string {
  return join(exchangeFolder(data), 'operator.key');
}

/** One key file a household. */
export function householdsFolder(data: string): string {
  return join(data, 'households');
}

export function keyFileOf(data: string, name: string): string {
  return join(householdsFolder(data), `${name}.key`);
}

export function logFolder(data: string): string {
  return join(data, 'log');
}
