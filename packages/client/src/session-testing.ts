/** For tests: a session with the exchange's end of its frames. */
import type { ClientEvent, OrderWish } from './events.ts';
import { Session } from './session.ts';
import type { SessionOutput } from './session.ts';
import * as wire from './testing.ts';
import { lots, price, symbol } from './testing.ts';

export interface SentFrame {
  readonly method: string;
  readonly req_id: number;
  readonly params?: Record<string, unknown>;
}

/** A bid for five lots at 149. */
export const wish: OrderWish = {
  clientOrderId: 'a1',
  symbol,
  side: 'bid',
  price: price(149),
  volume: lots(5),
  timeInForce: 'gtc',
  postOnly: false,
};

/** A session, and the exchange's end of its frames. */
export class Script {
  readonly session = new Session(10);
  readonly events: ClientEvent[] = [];
  readonly answers: SessionOutput['answers'][number][] = [];
  readonly sent: SentFrame[] = [];
  drop: string | undefined;
  now = 1_000;

  take(output: SessionOutput): this {
    this.sent.push(...output.frames.map((frame): SentFrame => JSON.parse(frame) as SentFrame));
    this.answers.push(...output.answers);
    this.events.push(...output.events);
    this.drop = output.drop;
    return this;
  }

  receive(...frames: readonly string[]): this {
    for (const frame of frames) this.take(this.session.received(frame, this.now));
    return this;
  }

  tick(ms: number): this {
    this.now += ms;
    return this.take(this.session.tick(this.now));
  }

  /** The frames sent since the last look. */
  look(): readonly SentFrame[] {
    return this.sent.splice(0);
  }

  news(): readonly ClientEvent[] {
    return this.events.splice(0);
  }

  reply(to: SentFrame, result: unknown, error?: string): this {
    const body = error === undefined ? { success: true, result } : { success: false, error };
    const { method, req_id } = to;
    return this.receive(
      JSON.stringify({ method, req_id, ...body, time_in: wire.time, time_out: wire.time }),
    );
  }

  acknowledge(): readonly SentFrame[] {
    const sent = this.look();
    for (const frame of sent) if (frame.method.endsWith('subscribe')) this.reply(frame, {});
    return sent;
  }

  open(login: { readonly token?: string } = { token: 'secret' }): this {
    this.take(this.session.opened(this.now, login));
    this.acknowledge();
    this.receive(wire.instrumentFrame());
    return this;
  }

  /** All the way to live: an empty book, no orders, no balances. */
  live(reports: Parameters<typeof wire.executionsFrame>[2] = []): this {
    this.open();
    this.acknowledge();
    this.receive(
      wire.bookFrame({ type: 'snapshot', asks: [], bids: [], seq: 7 }),
      wire.tradeFrame('snapshot', []),
      wire.executionsFrame('snapshot', 1, reports),
      wire.balancesFrame('snapshot', 1, []),
    );
    if (this.session.state !== 'live') throw new Error('the session is not live');
    return this;
  }

  place(key = 1, order = wish): this {
    return this.take(this.session.place(key, order, this.now));
  }

  /** Back on a new connection, whose list of the own orders is this. */
  reconnect(reports: Parameters<typeof wire.executionsFrame>[2]): this {
    this.look();
    return this.live(reports);
  }

  lose(): this {
    return this.take(this.session.down('lost', 250));
  }
}

/** What was subscribed to and unsubscribed from, in order. */
export function topicsOf(frames: readonly SentFrame[]): readonly string[] {
  return frames.map(({ method, params }) => `${method} ${String(params?.['channel'])}`);
}
