/**
 * Answers requests: checks who asks against the session, and hands what is asked to the desk for orders or to that for agents. Knows no socket.
 */
import { gatewayErrors } from '@wattlot/client/frames';
import type { Request } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import type { Deliveries } from '../offers.ts';
import { usualLimits } from '../operating-limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import { Meters } from '../watch/meters.ts';
import { AccountRates } from './account-rates.ts';
import { AgentDesk } from './agent-desk.ts';
import { OrderDesk } from './order-desk.ts';
import type { Posting, Respond } from './posting.ts';
import type { Sessions } from './sessions.ts';

/** What the desk works with. */
export interface DeskOptions extends Posting {
  readonly sessions: Sessions;
  readonly deliveries: Deliveries;
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number;
  /** The wall clock: senders' deadlines are instants on it. */
  readonly wallNow: () => Instant;
  /** A new id for an order whose sender gave none. */
  readonly newId: () => string;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
  readonly meters?: Meters;
}

/** Requests that change something; the others are the connection's own. */
export type DeskRequest = Exclude<Request, { method: 'ping' | 'subscribe' | 'unsubscribe' }>;

/** One desk serves all connections. */
export class Desk {
  readonly #options: DeskOptions;
  readonly #orders: OrderDesk;
  readonly #agents: AgentDesk;

  constructor(options: DeskOptions) {
    this.#options = options;
    const { now, limits = usualLimits, meters = new Meters() } = options;
    const rates = new AccountRates(now, limits, meters);
    this.#orders = new OrderDesk({ ...options, rates });
    this.#agents = new AgentDesk({ ...options, rates });
  }

  /** Whose token it is; undefined for a token that is no good. */
  participantOf(token: string | undefined): Address | undefined {
    return token === undefined ? undefined : this.#options.sessions.find(token);
  }

  /** The API key behind a token; undefined for one of a login, or nobody's. */
  keyOf(token: string): string | undefined {
    return this.#options.sessions.keyOf(token);
  }

  /** Answers one request, at once or when its command is on disk. */
  handle(request: DeskRequest, respond: Respond): void {
    const participant = this.participantOf(request.params.token);
    if (participant === undefined) return respond({ error: gatewayErrors.invalidToken });
    // The core would say so too, in an entry of the journal: whoever can make up addresses must not fill the disk.
    if (!this.#options.feed.isAdmitted(participant)) {
      return respond({ error: gatewayErrors.permissionDenied });
    }
    switch (request.method) {
      case 'offers.delivered':
      case 'offers.declined':
      case 'settlement.submitted':
      case 'ladder.delivered':
        return this.#agents.handle(participant, request, respond);
      default:
        return this.#orders.handle(participant, request, respond);
    }
  }
}
