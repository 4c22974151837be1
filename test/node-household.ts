/** A household that trades with a MultiChain node of its own, for tests. */
import { randomUUID } from 'node:crypto';
import { openParticipant } from '@wattlot/client';
import type { AgentNote, ClientEvent, OwnOrder, Participant } from '@wattlot/client';
import { toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { OrderId, Side } from '@wattlot/core';
import type { RpcWallet } from '@wattlot/ledger';

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a test value is out of bounds');
  return value;
}

/** What it has heard and done. */
export class NodeHousehold {
  readonly participant: Participant<RpcWallet>;
  readonly orders = new Map<OrderId, OwnOrder>();
  readonly balances = new Map<string, { readonly balance: number; readonly hold: number }>();
  readonly notes: AgentNote[];
  #state = 'stale';
  #wake: () => void = () => undefined;

  private constructor(participant: Participant<RpcWallet>, notes: AgentNote[]) {
    this.participant = participant;
    this.notes = notes;
    participant.client.listen((event) => this.#hear(event));
  }

  /** Opens it, and waits until it may trade. */
  static async open(options: {
    readonly url: string;
    readonly node: string;
    readonly keyFile: string;
    readonly name: string;
    readonly meter?: 'own';
  }): Promise<NodeHousehold> {
    const notes: AgentNote[] = [];
    let noted = (): void => undefined;
    const onNote = (note: AgentNote): void => {
      notes.push(note);
      noted();
    };
    const household = new NodeHousehold(await openParticipant({ ...options, onNote }), notes);
    noted = () => household.#wake();
    await household.until(() => household.#state === 'live');
    return household;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => (this.#wake = wake));
  }

  async place(side: Side, wish: { price: number; volume: number }): Promise<OrderId> {
    const outcome = await this.participant.client.placeOrder({
      clientOrderId: randomUUID(),
      symbol: sure(toMarketSymbol('KWH/ECOIN')),
      side,
      price: sure(toPrice(wish.price)),
      volume: sure(toLots(wish.volume)),
      timeInForce: 'gtc',
      postOnly: false,
    });
    if (outcome.kind !== 'yes') throw new Error(`not placed: ${JSON.stringify(outcome)}`);
    return outcome.value.order;
  }

  async untilOrder(order: OrderId, holds: (own: OwnOrder) => boolean): Promise<OwnOrder> {
    await this.until(() => {
      const own = this.orders.get(order);
      return own !== undefined && holds(own);
    });
    return sure(this.orders.get(order));
  }

  #hear(event: ClientEvent): void {
    if (event.kind === 'connection') this.#state = event.state;
    if (event.kind === 'orders') for (const own of event.orders) this.orders.set(own.order, own);
    if (event.kind === 'balances') {
      for (const own of event.balances) this.balances.set(own.asset, own);
    }
    this.#wake();
  }
}

/** Whether all trades of an order are settled. */
export function isSettled({ trades }: OwnOrder): boolean {
  return trades.length > 0 && trades.every(({ settlement }) => settlement === 'settled');
}

/** The transactions that settled an order's lots, each once. */
export function txidsOf({ trades }: OwnOrder): readonly (string | undefined)[] {
  return [...new Set(trades.flatMap(({ lots }) => lots.map(({ txid }) => txid)))];
}
