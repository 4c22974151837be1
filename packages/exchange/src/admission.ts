/**
 * Who is let in: the paper's connect_node. With the policy `open` everybody who logs in is let in, his meter too: for a market that plays on one machine. With `ask`
 * requests wait for the operator, also through a restart.
 */
import type { Address, Instant } from '@wattlot/core';
import { timeText } from '@wattlot/client/frames';
import type { JoinRequest } from '@wattlot/client/frames';
import type { Feed } from './feed/feed.ts';
import type { LedgerPort, MarketOperator } from './ledger-port.ts';
import type { KeptJoin, Requests } from './requests.ts';
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
  readonly requests: Requests;
  readonly now: () => Instant;
}

/** The answer to a wish to be let in; `reason` in the operator's words. */
export type JoinAnswer =
  | { readonly status: 'admitted' | 'waiting' }
  | { readonly status: 'refused'; readonly reason: string };

/** The door of the market. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** How many ask to be let in and wait for the operator. */
  get waiting(): number {
    const { joins } = this.#options.requests;
    return [...joins.values()].filter(({ status }) => status === 'waiting').length;
  }

  /** Who asks, oldest first. */
  list(): readonly JoinRequest[] {
    const { requests, feed } = this.#options;
    return [...requests.joins.values()]
      .map((join) => ({ ...join, admitted: feed.isAdmitted(join.participant as Address) }))
      .toSorted((a, b) => Number(a.since > b.since) - Number(a.since < b.since));
  }

  /** Lets a participant in, or notes that he wants to. Repeating it does no harm. */
  async connectNode(participant: Address, request: NodeRequest): Promise<JoinAnswer> {
    const { policy, feed, operator } = this.#options;
    if (policy === 'open') {
      await this.#letIn(participant, request);
      return { status: 'admitted' };
    }
    if (!feed.isAdmitted(participant)) return this.#ask(participant, request);
    const { meter } = request;
    const held = meter === undefined ? undefined : await operator.permissionsOf([meter]);
    if (meter !== undefined && held?.get(meter)?.includes('issue') !== true) {
      // It trades on meanwhile.
      await this.#ask(participant, { name: feed.nameOf(participant) ?? request.name, meter });
    }
    return { status: 'admitted' };
  }

  /**
   * The operator lets somebody in who has asked. Repeating it does no harm, also after a crash in the middle.
   * @returns false when there is no such request, and nobody in.
   */
  async admit(participant: Address): Promise<boolean> {
    const { feed, requests } = this.#options;
    const wish = requests.joins.get(participant);
    if (wish === undefined) {
      await requests.onDisk();
      return feed.isAdmitted(participant);
    }
    await this.#letIn(participant, { name: wish.name, meter: wish.meter as Address | undefined });
    await requests.dropJoin(wish);
    return true;
  }

  /** The operator refuses a wish to be let in. @returns false when there is none. */
  async refuse(participant: Address, reason: string): Promise<boolean> {
    const { requests } = this.#options;
    const wish = requests.joins.get(participant);
    if (wish === undefined) return false;
    await requests.setJoin({ ...wish, status: 'refused', reason });
    return true;
  }

  async #letIn(participant: Address, { name, meter }: NodeRequest): Promise<void> {
    const { ledger, operator, sequencer, feed, requests } = this.#options;
    await operator.admit(participant);
    if (meter !== undefined) await operator.admitMeter(meter);
    await ledger.untilKept();
    if (feed.nameOf(participant) !== name) {
      await sequencer.submit({ kind: 'participant.admit', participant, name });
    }
    if (meter !== undefined) await requests.setMeter(participant, meter);
  }

  async #ask(participant: Address, { name, meter }: NodeRequest): Promise<JoinAnswer> {
    const { requests, now } = this.#options;
    const known = requests.joins.get(participant);
    if (known !== undefined && known.name === name && known.meter === meter) {
      requests.touchJoin(known);
      await requests.onDisk();
      return answerOf(known);
    }
    const since = known?.status === 'waiting' ? known.since : timeText(now());
    const wish = { participant, name, since, status: 'waiting' } as const;
    await requests.setJoin(meter === undefined ? wish : { ...wish, meter });
    return { status: 'waiting' };
  }
}

function answerOf({ status, reason = '' }: KeptJoin): JoinAnswer {
  return status === 'refused' ? { status, reason } : { status };
}
