/** From a frame's text to a message that may be believed to have its shape: strict, total, never a throw. */
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  AgentMessage,
  BalancesMessage,
  BookMessage,
  ExecutionsMessage,
} from './frames/messages.ts';
import { HeartbeatMessage, InstrumentMessage, OrderReplyResult } from './frames/messages.ts';
import { Pong, Reply, StatusMessage, TradeMessage } from './frames/messages.ts';
import { Level3Message } from './frames/market-data.ts';
import type { Message } from './frames/messages.ts';
import { printable } from './text.ts';

/** One frame as understood: a channel's message, the answer to a request, or what is wrong with it. */
export type Received =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'pong'; readonly request: number | undefined }
  | { readonly kind: 'fault'; readonly reason: string };

type Guard<T> = (value: unknown) => value is T;

function guard<Schema extends TSchema>(schema: Schema): Guard<Static<Schema>> {
  const compiled = Compile(schema);
  return (value): value is Static<Schema> => compiled.Check(value);
}

const channels: Readonly<Record<Message['channel'], Guard<Message>>> = {
  status: guard(StatusMessage),
  heartbeat: guard(HeartbeatMessage),
  instrument: guard(InstrumentMessage),
  book: guard(BookMessage),
  level3: guard(Level3Message),
  trade: guard(TradeMessage),
  executions: guard(ExecutionsMessage),
  balances: guard(BalancesMessage),
  agent: guard(AgentMessage),
};
const checkReply: Guard<Reply> = guard(Reply);
const checkPong: Guard<Pong> = guard(Pong);
const checkOrderReply: Guard<OrderReplyResult> = guard(OrderReplyResult);

function isChannel(name: unknown): name is Message['channel'] {
  return typeof name === 'string' && Object.hasOwn(channels, name);
}

/** Reads one frame. */
export function readFrame(text: string): Received {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'fault', reason: 'a frame is not JSON' };
  }
  if (typeof value !== 'object' || value === null) {
    return { kind: 'fault', reason: 'a frame is not an object' };
  }
  if ('channel' in value) {
    const { channel } = value;
    if (!isChannel(channel)) {
      const name = typeof channel === 'string' ? printable(channel, 40) : typeof channel;
      return { kind: 'fault', reason: `unknown channel ${name}` };
    }
    if (!channels[channel](value)) {
      return { kind: 'fault', reason: `a message of channel ${channel} has a wrong shape` };
    }
    return { kind: 'message', message: value };
  }
  if (checkPong(value)) return { kind: 'pong', request: value.req_id };
  if (checkReply(value)) return { kind: 'reply', reply: value };
  return { kind: 'fault', reason: 'a frame is neither a message nor an answer' };
}

/** The result of `add_order`. @returns undefined when it has a wrong shape. */
export function readOrderReply(result: unknown): OrderReplyResult | undefined {
  return checkOrderReply(result) ? result : undefined;
}
