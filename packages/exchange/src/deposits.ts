/**
 * Who gets ecoin: the paper's schedule_ecoin_issue and issue_ecoin. With the policy `open` whoever asks gets it, up to a limit. With `ask` a wish waits until the operator
 * has seen the deposit and approves it.
 *
 * An approved wish is issued once: that it was approved is on disk before the ledger is asked (`issuing`), the ledger is asked under a reference that belongs to this wish
 * alone, and what it answered is on disk before anybody is told. Where the answer is lost, or the process dies in between, approving again asks under the same reference.
 */
import { timeText } from '@wattlot/client/frames';
import type { Deposit, EcoinRequest } from '@wattlot/client/frames';
import type { Address, Instant, Txid } from '@wattlot/core';
import { RpcError } from '@wattlot/ledger';
import type { Policy } from './admission.ts';
import type { Feed } from './feed/feed.ts';
import type { LedgerPort, MarketOperator } from './ledger-port.ts';
import * as limits from './limits.ts';
import type { KeptDeposit, Requests } from './requests.ts';

/** What the operator's till works with. */
export interface DepositsOptions {
  readonly policy: Policy;
  readonly ledger: LedgerPort;
  readonly operator: MarketOperator;
  readonly feed: Feed;
  readonly requests: Requests;
  readonly now: () => Instant;
  /** A new id for a wish whose sender gave none. */
  readonly newId: () => string;
  /** A source of chance, such as `randomBytes` of `node:crypto`. */
  readonly random: (length: number) => Buffer;
}

/** A participant's wish for ecoin. */
export interface EcoinWish {
  /** In smallest units. */
  readonly amount: number;
  readonly request?: string | undefined;
  readonly reference?: string | undefined;
}

/** The answer to a wish for ecoin, as it stands; or why it was not even noted. */
export type EcoinAnswer =
  | Pick<EcoinRequest, 'status' | 'txid' | 'reason'>
  | { readonly no: 'too much' | 'too many' | 'not admitted' | 'reused' };

/** The answer to an approval. `wait`: it is not known whether it was issued, and it is too early to ask again. */
export type IssueAnswer =
  | { readonly status: 'issued'; readonly txid: string }
  | { readonly no: 'unknown' | 'another amount' | 'refused' | 'wait' };

const keyBytes = 16;

/** The till of the market. */
export class Deposits {
  readonly #options: DepositsOptions;
  /** One issue at a time, so that two requests cannot both find room for the same ecoin, nor both be the first. */
  #issuing: Promise<unknown> = Promise.resolve();
  /** When an issue was last begun whose outcome is not known; those from before the start as of the start. */
  readonly #begun = new Map<number, Instant>();
  readonly #startedAt: Instant;

  constructor(options: DepositsOptions) {
    this.#options = options;
    this.#startedAt = options.now();
  }

  /** How many wishes wait for the operator, those approved whose outcome is not known included. */
  get waiting(): number {
    return this.#waiting().length;
  }

  /** All that wait, and the newest decided ones; oldest first. */
  list(): readonly Deposit[] {
    const { requests, feed } = this.#options;
    const all = [...requests.deposits.values()];
    const decided = all.filter((one) => !isWaiting(one)).slice(-limits.depositsShownMax);
    const shown = new Set([...this.#waiting(), ...decided]);
    return all
      .filter((one) => shown.has(one))
      .map(({ number, participant, amount, reference, since, status, reason, txid }) => ({
        deposit: `D${number}`,
        participant,
        name: feed.nameOf(participant as Address) ?? '',
        amount,
        reference,
        since,
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(txid === undefined ? {} : { txid }),
      }));
  }

  /** A participant's own wishes, the newest last. */
  listOf(participant: Address): readonly EcoinRequest[] {
    const own = [...this.#options.requests.deposits.values()].filter(
      (one) => one.participant === participant,
    );
    return own
      .slice(-limits.ownDepositsShownMax)
      .map(({ number, request, amount, reference, since, status, reason, txid }) => ({
        request,
        deposit: `D${number}`,
        amount,
        reference,
        since,
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(txid === undefined ? {} : { txid }),
      }));
  }

  /** Issues ecoin, or notes that it is wanted. The same request again is answered with how it stands. */
  async schedule(participant: Address, wish: EcoinWish): Promise<EcoinAnswer> {
    if (this.#options.policy === 'open') {
      return this.#inTurn(() => this.#issueUnasked(participant, wish.amount));
    }
    return this.#note(participant, wish);
  }

  /** The operator approves a wish. @throws LedgerError when the outcome is not known, RpcError when the ledger refuses. */
  issue(number: number, amount: number): Promise<IssueAnswer> {
    return this.#inTurn(() => this.#issue(number, amount));
  }

  /** The operator refuses a wish that is not approved. */
  refuse(number: number, reason: string): Promise<'refused' | 'unknown' | 'decided'> {
    return this.#inTurn(async () => {
      const { requests } = this.#options;
      const deposit = requests.deposits.get(number);
      if (deposit === undefined) return 'unknown';
      if (deposit.status === 'refused') {
        await requests.onDisk();
        return 'refused';
      }
      if (deposit.status !== 'waiting') return 'decided';
      await requests.setDeposit({ ...deposit, status: 'refused', reason });
      return 'refused';
    });
  }

  #waiting(): readonly KeptDeposit[] {
    return [...this.#options.requests.deposits.values()].filter(isWaiting);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#issuing.then(work);
    this.#issuing = done.catch(() => undefined);
    return done;
  }

  async #note(participant: Address, wish: EcoinWish): Promise<EcoinAnswer> {
    const { requests, feed, now, newId, random } = this.#options;
    // Whoever can make up addresses must not fill the list.
    if (!feed.isAdmitted(participant)) return { no: 'not admitted' };
    const { amount, request = newId(), reference = '' } = wish;
    const known = [...requests.deposits.values()].find(
      (one) => one.participant === participant && one.request === request,
    );
    if (known !== undefined) {
      const isSame = known.amount === amount && known.reference === reference;
      if (!isSame) return { no: 'reused' };
      await requests.onDisk();
      return standingOf(known);
    }
    const waiting = this.#waiting();
    const own = waiting.filter((one) => one.participant === participant);
    if (own.length >= limits.depositsWaitingOfOneMax) return { no: 'too many' };
    if (waiting.length >= limits.depositsWaitingMax) return { no: 'too many' };
    await requests.setDeposit({
      number: requests.nextNumber,
      participant,
      request,
      amount,
      reference,
      since: timeText(now()),
      key: random(keyBytes).toString('hex'),
      status: 'waiting',
    });
    return { status: 'waiting' };
  }

  async #issue(number: number, amount: number): Promise<IssueAnswer> {
    const { requests, ledger, operator, now } = this.#options;
    const deposit = requests.deposits.get(number);
    if (deposit === undefined) return { no: 'unknown' };
    if (deposit.amount !== amount) return { no: 'another amount' };
    const { status, txid: known, participant, key } = deposit;
    if (known !== undefined) {
      await requests.onDisk();
      return { status: 'issued', txid: known };
    }
    if (status === 'refused') return { no: 'refused' };
    const isRepeat = status === 'issuing';
    const begun = this.#begun.get(number) ?? this.#startedAt;
    if (isRepeat && now() - begun < operator.repeatMs * 1000) return { no: 'wait' };
    this.#begun.set(number, now());
    // Also of a repeat: the disk may have failed the first time.
    await requests.setDeposit({ ...deposit, status: 'issuing' });
    let txid: Txid;
    try {
      const asset = ledger.names.ecoin;
      const issue = { to: participant as Address, asset, raw: BigInt(amount), reference: key };
      txid = await operator.issueTo(isRepeat ? { ...issue, isRepeat } : issue);
    } catch (error) {
      // The ledger has said no: nothing was issued, and the wish waits as before.
      if (error instanceof RpcError) await requests.setDeposit({ ...deposit, status: 'waiting' });
      throw error;
    }
    // Only then a crash of the chain cannot take back what an answer says.
    await ledger.untilKept();
    this.#begun.delete(number);
    await requests.setDeposit({ ...deposit, status: 'issued', txid });
    return { status: 'issued', txid };
  }

  /** What one holds and gets is bounded together. */
  async #issueUnasked(participant: Address, amount: number): Promise<EcoinAnswer> {
    const { ledger, operator } = this.#options;
    const asset = ledger.names.ecoin;
    const held = await ledger.holding(participant, asset);
    if (held + BigInt(amount) > BigInt(limits.openIssueMax)) return { no: 'too much' };
    const txid = await operator.issueTo({ to: participant, asset, raw: BigInt(amount) });
    await ledger.untilKept();
    return { status: 'issued', txid };
  }
}

function isWaiting({ status }: KeptDeposit): boolean {
  return status === 'waiting' || status === 'issuing';
}

function standingOf({ status, txid, reason }: KeptDeposit): EcoinAnswer {
  return {
    status,
    ...(txid === undefined ? {} : { txid }),
    ...(reason === undefined ? {} : { reason }),
  };
}
