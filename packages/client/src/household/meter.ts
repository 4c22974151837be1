/** The meter of a household on the ledger: the only one who makes its energy, and where energy that was used goes. */
import type { Amount } from '@wattlot/core';

/** Both are done when the ledger has taken the transaction, and reject when it has not. Amounts are above 0, in energy's smallest units. */
export interface Meter {
  /** Energy that was produced comes to be, at the household's address. */
  issue(amount: Amount): Promise<void>;
  /** Energy that was used leaves the household for good. */
  retire(amount: Amount): Promise<void>;
}
