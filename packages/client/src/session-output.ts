/** What a call of a session leads to, gathered while it is at work. */
import type { Answer } from './asks.ts';
import type { ClientEvent } from './events.ts';

/** What one call led to, in order within each list: first send, then answer, then tell. */
export interface SessionOutput {
  readonly frames: readonly string[];
  readonly answers: readonly Answer[];
  readonly events: readonly ClientEvent[];
  /** Why the connection has to be ended and made anew. */
  readonly drop?: string;
}

/** Gathers until it is taken. */
export class Outgoing {
  #frames: string[] = [];
  #answers: Answer[] = [];
  #events: ClientEvent[] = [];

  send(frame: string): void {
    this.#frames.push(frame);
  }

  answer(...answers: readonly Answer[]): void {
    this.#answers.push(...answers);
  }

  tell(...events: readonly ClientEvent[]): void {
    this.#events.push(...events);
  }

  /** All of it, once. */
  take(drop: string | undefined): SessionOutput {
    const output: SessionOutput = {
      frames: this.#frames,
      answers: this.#answers,
      events: this.#events,
      ...(drop === undefined ? {} : { drop }),
    };
    this.#frames = [];
    this.#answers = [];
    this.#events = [];
    return output;
  }
}
