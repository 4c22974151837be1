/** What wallet agents say: offers, that they decline, rungs of ladders, and that they have sent a settlement. */
import { gatewayErrors } from '@wattlot/client/frames';
import type {
  LadderDeliveredRequest,
  OffersDeclinedRequest,
  OffersDeliveredRequest,
  SettlementSubmittedRequest,
} from '@wattlot/client/frames';
import type { Address, Command, OrderId, Output, TradeId, Txid } from '@wattlot/core';
import type { Deliveries } from '../offers.ts';
import type { AccountRates } from './account-rates.ts';
import { post } from './posting.ts';
import type { Outcome, Posting, Respond } from './posting.ts';

/** A request of an agent. */
export type AgentRequest =
  | LadderDeliveredRequest
  | OffersDeclinedRequest
  | OffersDeliveredRequest
  | SettlementSubmittedRequest;

/** What the desk for agents works with. */
export interface AgentDeskOptions extends Posting {
  readonly rates: AccountRates;
  readonly deliveries: Deliveries;
}

/** Answers the agents of participants who have been let in. */
export class AgentDesk {
  readonly #options: AgentDeskOptions;

  constructor(options: AgentDeskOptions) {
    this.#options = options;
  }

  /** Answers one request, at once or when its command is on disk. */
  handle(participant: Address, request: AgentRequest, respond: Respond): void {
    switch (request.method) {
      case 'offers.delivered':
        return this.#deliver(participant, request.params, respond);
      case 'offers.declined':
        return this.#decline(participant, request.params, respond);
      case 'settlement.submitted':
        return this.#submitted(participant, request.params, respond);
      case 'ladder.delivered':
        return this.#takeRungs(participant, request.params, respond);
    }
  }

  #deliver(participant: Address, params: OffersDeliveredRequest['params'], respond: Respond): void {
    const order = params.order_id as OrderId;
    const lots = params.lots.map(({ lot, output, offer }) => {
      return { lot, output: output as Output, offer };
    });
    const { deliveries } = this.#options;
    deliveries.whenSeen(participant, order, lots, (fault) => {
      if (fault !== undefined) return respond({ error: fault });
      const delivery = deliveries.take(participant, order, lots);
      if (delivery.kind === 'refused') return respond({ error: delivery.error });
      if (delivery.kind === 'partial') {
        return respond({ result: { order_id: order, missing: delivery.missing } });
      }
      this.#makeFirm({ kind: 'offers.deliver', participant, order, lots: delivery.lots }, respond);
    });
  }

  /** Puts offers in their place once their outputs are final. On a ledger where that takes long they are acknowledged before. */
  #makeFirm(command: Command & { kind: 'offers.deliver' }, respond: Respond): void {
    const { deliveries } = this.#options;
    const { order, lots } = command;
    const outcome: Outcome = { result: { order_id: order, missing: 0 } };
    if (deliveries.isSlow) respond(outcome);
    const later = deliveries.isSlow ? (): void => undefined : respond;
    deliveries.whenFinal(order, lots, (error) => {
      if (error !== undefined) later({ error });
      else post(this.#options, command, later, () => outcome);
    });
  }

  /** Rungs change nothing that has to be on disk: they are answered at once. */
  #takeRungs(
    participant: Address,
    params: LadderDeliveredRequest['params'],
    respond: Respond,
  ): void {
    if (!this.#options.rates.take(participant, 'agentWords'))
      return respond({ error: gatewayErrors.rateLimited });
    const order = params.order_id as OrderId;
    const { deliveries } = this.#options;
    deliveries.whenRungsSeen(participant, order, params.rungs, (fault) => {
      if (fault !== undefined) return respond({ error: fault });
      const delivery = deliveries.takeRungs(participant, order, params.rungs);
      if (delivery.kind === 'refused') return respond({ error: delivery.error });
      respond({ result: { order_id: order, stored: delivery.stored } });
    });
  }

  #decline(participant: Address, params: OffersDeclinedRequest['params'], respond: Respond): void {
    if (!this.#options.rates.take(participant, 'agentWords'))
      return respond({ error: gatewayErrors.rateLimited });
    const order = params.order_id as OrderId;
    const { reason } = params;
    const command: Command = { kind: 'offers.decline', participant, order, reason };
    post(this.#options, command, respond, () => ({ result: { order_id: order } }));
  }

  #submitted(
    participant: Address,
    params: SettlementSubmittedRequest['params'],
    respond: Respond,
  ): void {
    if (!this.#options.rates.take(participant, 'agentWords'))
      return respond({ error: gatewayErrors.rateLimited });
    const trade = params.trade_id as TradeId;
    const lots = params.lots.map(({ lot, txid }) => ({ lot, txid: txid as Txid }));
    const command: Command = { kind: 'settlement.submit', participant, trade, lots };
    post(this.#options, command, respond, () => ({ result: { trade_id: trade } }));
  }
}
