/** Words of the operator's screen. */
import type { Deposit, LedgerPermission } from '@wattlot/client/frames';
import type { Message } from '../text/language.ts';

/** What may be done on the ledger. */
export const permissionWords: Readonly<Record<LedgerPermission, Message>> = {
  connect: 'connect',
  send: 'send',
  receive: 'receive',
  issue: 'issue energy',
};

/** Where a wish for ecoin stands. */
export const depositWords: Readonly<Record<Deposit['status'], Message>> = {
  waiting: 'waiting',
  issuing: 'unknown',
  issued: 'issued',
  refused: 'refused',
};
