/** Whether what is shown is proven current, as the owner is told: each change once, with its reason. */
import type { ClientEvent, ConnectionState } from './events.ts';
import type { Outgoing } from './session-output.ts';
import { printable } from './text.ts';

type ConnectionEvent = Extract<ClientEvent, { readonly kind: 'connection' }>;

/** How one session stands, across its connections. */
export class Standing {
  readonly #out: Outgoing;
  #state: ConnectionState = 'stale';
  #reason: string | undefined;
  #isLoading = false;

  constructor(out: Outgoing) {
    this.#out = out;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Nothing is wrong: the first snapshots of a connection are on their way. */
  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** What comes now is awaited, if anything is. */
  await(): void {
    this.#isLoading = this.#state === 'stale';
  }

  /** How far a new connection is. */
  loading(loaded: { readonly done: number; readonly total: number }): void {
    this.stale(`loading ${loaded.done} of ${loaded.total}`, { loaded });
    this.#isLoading = true;
  }

  /** Something is not current, or may not be. */
  stale(
    reason: string,
    more: Pick<ConnectionEvent, 'retryInMs' | 'loaded' | 'isWaiting'> = {},
  ): void {
    if (this.#state === 'closed') return;
    this.#isLoading = false;
    const { retryInMs } = more;
    if (this.#state === 'stale' && this.#reason === reason && retryInMs === undefined) return;
    this.#state = 'stale';
    this.#reason = reason;
    this.#out.tell({ kind: 'connection', state: 'stale', reason: printable(reason), ...more });
  }

  /** Everything that is followed is current. */
  live(): void {
    this.#state = 'live';
    this.#reason = undefined;
    this.#out.tell({ kind: 'connection', state: 'live' });
  }

  /** Nothing will come any more. */
  closed(reason: string | undefined): void {
    this.#state = 'closed';
    const why = reason === undefined ? {} : { reason: printable(reason) };
    this.#out.tell({ kind: 'connection', state: 'closed', ...why });
  }
}
