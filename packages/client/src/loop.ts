/** A client whose exchange is in the same process: the same session as behind a socket, and its frames are handed over. It only looks. */
import type { Address, MarketSymbol } from '@wattlot/core';
import type { ClientEvent, ConnectionState, ExchangeClient, Outcome } from './events.ts';
import { bookDepthDefault } from './limits.ts';
import { Session } from './session.ts';
import type { SessionOutput } from './session.ts';

export interface LoopOptions {
  /** Whose orders and balances are followed; nobody's when left out. */
  readonly participant?: Address | undefined;
  /** Takes a frame to the exchange, which may answer before it returns. */
  readonly send: (frame: string) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What every request gets. */
const onlyLooking = 'EService:Unavailable: this is a recorded day';

/** Whoever is asked for a token here looks at it no further. */
const token = 'loop';

/** A client that is given its frames. */
export class LoopClient implements ExchangeClient {
  readonly #options: LoopOptions;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #waiting: string[] = [];
  #session = new Session(bookDepthDefault);
  #queueOf: MarketSymbol | undefined;
  #isReceiving = false;
  #isBeginning = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  get participant(): Address | undefined {
    return this.#options.participant;
  }

  get state(): ConnectionState {
    return this.#session.state;
  }

  /** Begins anew with an exchange that has told nothing yet, as after a reconnection. Tells what it is told until nothing more comes. */
  begin(): void {
    this.#session = new Session(bookDepthDefault);
    this.#session.followQueue(this.#queueOf, this.#options.now());
    this.#waiting.length = 0;
    const login = this.participant === undefined ? {} : { token };
    this.#isBeginning = true;
    this.#carryOut(this.#session.opened(this.#options.now(), login));
    this.#isBeginning = false;
  }

  /** A frame of the exchange. */
  receive(text: string): void {
    this.#waiting.push(text);
    if (this.#isReceiving) return;
    this.#isReceiving = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#carryOut(this.#session.received(next, this.#options.now()));
      }
    } finally {
      this.#isReceiving = false;
    }
  }

  listen(listener: (event: ClientEvent) => void): () => void {
    const entry = (event: ClientEvent): void => {
      listener(event);
    };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  placeOrder(): Promise<Outcome<never>> {
    return Promise.resolve({ kind: 'no', error: onlyLooking });
  }

  amendOrder(): Promise<Outcome<never>> {
    return Promise.resolve({ kind: 'no', error: onlyLooking });
  }

  cancelOrder(): Promise<Outcome<never>> {
    return Promise.resolve({ kind: 'no', error: onlyLooking });
  }

  followQueue(symbol: MarketSymbol | undefined): void {
    this.#queueOf = symbol;
    this.#carryOut(this.#session.followQueue(symbol, this.#options.now()));
  }

  requestEcoin(): Promise<Outcome<never>> {
    return Promise.resolve({ kind: 'no', error: onlyLooking });
  }

  ecoinRequests(): Promise<Outcome<never>> {
    return Promise.resolve({ kind: 'no', error: onlyLooking });
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  #carryOut({ frames, events, drop }: SessionOutput): void {
    for (const event of events) {
      // That all is loaded anew takes a moment: nobody has to see it.
      const isLoad = event.kind === 'connection' && event.state === 'stale' && drop === undefined;
      if (isLoad && this.#isBeginning) continue;
      for (const listener of this.#listeners) listener(event);
    }
    for (const frame of frames) this.#options.send(frame);
  }
}
