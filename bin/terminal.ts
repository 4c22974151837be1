/** Loads the bundled terminal, which needs its build. */
import type { TradeOptions } from '@wattlot/tui';
import type * as Trade from '@wattlot/tui/trade';
import { Failure } from './failure.ts';

/** @returns the exit code; the terminal is as it was found. */
export async function openTerminal(options: TradeOptions): Promise<number> {
  let bundle: typeof Trade;
  try {
    bundle = await import('@wattlot/tui/trade');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new Failure('the terminal is not built: run npm install here', 1);
    }
    throw error;
  }
  return bundle.runTrade(options);
}
