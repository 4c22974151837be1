/**
 * Who is let in and who gets ecoin: the paper's connect_node and schedule_ecoin_issue. With the policy `open` everybody who logs in is let in, his
 * meter too, and gets the ecoin he asks for up to a limit: for a market that plays on one machine. With `ask` requests wait for the operator.
 */
import type { Address, Txid } from '@wattlot/core';
import type { Feed } from './feed/feed.ts';
import type { LedgerPort, MarketOperator } from './ledger-port.ts';
import { openIssueMax, waitingRequestsMax } from './limits.ts';
import type { Sequencer } from './sequencer.ts';

/** What the operator does with requests. */
export type Policy = 'open' | 'ask';

/** A participant's wish to be let in. */
export interface NodeRequest {
  readonly name: string;
  /** The address that issues the participant's energy. */
  readonly meter?: Address | undefined;
}

/** What the operator's desk works with. */
export interface AdmissionOptions {
  readonly policy: Policy;
  readonly ledger: LedgerPort;
  readonly operator: MarketOperator;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
}

/** The answer to a wish for ecoin. */
export type EcoinAnswer =
  | { readonly status: 'issued'; readonly txid: Txid }
  | { readonly status: 'waiting' }
  | { readonly status: 'refused' };

/** The operator's desk. What waits is in memory: whoever still wants it asks again. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #waiting = new Map<string, { readonly participant: Address }>();
  /** One issue at a time, so that two requests cannot both find room for the same ecoin. */
  #issuing: Promise<unknown> = Promise.resolve();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Requests that wait for the operator. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Lets a participant in, or notes that he wants to. Repeating it does no harm. */
  async connectNode(
    participant: Address,
    { name, meter }: NodeRequest,
  ): Promise<'admitted' | 'waiting'> {
    const { policy, ledger, operator, sequencer, feed } = this.#options;
    if (policy === 'ask') {
      if (feed.isAdmitted(participant)) return 'admitted';
      this.#wait(`node ${participant}`, participant);
      return 'waiting';
    }
    await operator.admit(participant);
    if (meter !== undefined) await operator.admitMeter(meter);
    await ledger.untilKept();
    if (feed.nameOf(participant) !== name) {
      await sequencer.submit({ kind: 'participant.admit', participant, name });
    }
    return 'admitted';
  }

  /** Issues ecoin against a deposit, in its smallest units, or notes that it is wanted. What one holds and gets is bounded together. */
  issueEcoin(participant: Address, amount: number): Promise<EcoinAnswer> {
    if (this.#options.policy === 'ask') {
      this.#wait(`ecoin ${participant}`, participant);
      return Promise.resolve({ status: 'waiting' });
    }
    const issued = this.#issuing.then(() => this.#issue(participant, amount));
    this.#issuing = issued.catch(() => undefined);
    return issued;
  }

  async #issue(participant: Address, amount: number): Promise<EcoinAnswer> {
    const { ledger, operator } = this.#options;
    const name = ledger.names.ecoin;
    const held = await ledger.holding(participant, name);
    if (held + BigInt(amount) > BigInt(openIssueMax)) return { status: 'refused' };
    const txid = await operator.issueTo({ to: participant, asset: name, raw: BigInt(amount) });
    // Only then a crash of the chain cannot take back what an answer says.
    await ledger.untilKept();
    return { status: 'issued', txid };
  }

  #wait(key: string, participant: Address): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, { participant });
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= waitingRequestsMax) break;
      this.#waiting.delete(oldest);
    }
  }
}
