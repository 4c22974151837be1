/** Who is sent the feed's messages: the feed's view of a connection. */
import type { MarketDataMessage, Message } from '@wattlot/client/frames';

export interface Subscriber {
  /** Bytes that wait for it to read them. */
  readonly buffered: number;
  /** Sends one message, whole and in order, or drops the connection. The bytes are shared with other subscribers and never change. */
  send(frame: Buffer): void;
  /** Told when it is too slow for the updates of something absolute: it is sent all of that later instead. */
  fellBehind?(): void;
}

/** A message as it goes out, encoded once for all. */
export function frameOf(message: Message | MarketDataMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** One subscriber of a numbered private channel. */
export interface Numbered {
  readonly subscriber: Subscriber;
  /** Of the last message: 1 for the snapshot, then without gaps. */
  sequence: number;
}

/** Sends one private message to all that follow it, encoding its content once, and not for nobody. */
export function sendNumbered(
  to: Iterable<Numbered>,
  channel: 'executions' | 'balances',
  textOfData: () => string,
): void {
  let content: string | undefined;
  for (const follower of to) {
    content ??= textOfData();
    follower.sequence += 1;
    follower.subscriber.send(numberedFrame(channel, 'update', follower.sequence, content));
  }
}

/** Sends the first message of a private channel. */
export function sendFirst(
  { subscriber, sequence }: Numbered,
  channel: 'executions' | 'balances',
  textOfData: string,
): void {
  subscriber.send(numberedFrame(channel, 'snapshot', sequence, textOfData));
}

function numberedFrame(
  channel: string,
  type: 'snapshot' | 'update',
  sequence: number,
  content: string,
): Buffer {
  return Buffer.from(
    `{"channel":"${channel}","type":"${type}","sequence":${sequence},"data":${content}}`,
  );
}
