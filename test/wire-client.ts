/**
 * A client of the dialect that shares nothing with ours: a bare socket, its own reader of JSON that keeps the digits of numbers, and the books as the published
 * guide describes them. What it demands of every answer it demands each time.
 */
import { createHash, createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { WebSocket } from 'ws';

/** What a message holds, its numbers as the text that came. */
export type Wire = string | boolean | null | readonly Wire[] | Fields;

export interface Fields {
  readonly [name: string]: Wire;
}

const tokens = /\s*([{}[\]:,]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** Reads JSON. Numbers stay the digits that they came as. @throws Error at what is no JSON. */
export function readWire(text: string): Wire {
  let at = 0;
  let token = '';
  const step = (): string => {
    tokens.lastIndex = at;
    const [all = '', found] = tokens.exec(text) ?? [];
    if (found === undefined) throw new Error(`no JSON at ${at}: ${text}`);
    at += all.length;
    return (token = found);
  };
  /** Items up to the bracket that ends them. */
  const items = (end: string, item: () => void): void => {
    if (step() === end) return;
    for (;;) {
      item();
      if (step() === end) return;
      if (token !== ',') throw new Error(`a comma is missing at ${at}: ${text}`);
      step();
    }
  };
  const value = (): Wire => {
    if (token === '[') {
      const list: Wire[] = [];
      items(']', () => list.push(value()));
      return list;
    }
    if (token === '{') {
      const entries: [string, Wire][] = [];
      items('}', () => {
        const name = JSON.parse(token) as string;
        if (step() !== ':') throw new Error(`a colon is missing at ${at}: ${text}`);
        step();
        entries.push([name, value()]);
      });
      return Object.fromEntries(entries);
    }
    if (token.startsWith('"')) return JSON.parse(token) as string;
    if (token === 'true' || token === 'false') return token === 'true';
    return token === 'null' ? null : token;
  };
  step();
  const read = value();
  if (text.slice(at).trim() !== '') throw new Error(`more than JSON: ${text}`);
  return read;
}

/** The fields of an object. @throws Error when it is none. */
export function fieldsOf(value: Wire | undefined): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`no object: ${JSON.stringify(value)}`);
  }
  return value as Fields;
}

/** The objects of a list. @throws Error when it is none. */
export function listOf(value: Wire | undefined): readonly Fields[] {
  if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
  return value.map((item: Wire) => fieldsOf(item));
}

/** A text, or a number's digits. @throws Error when it is neither. */
export function textOf(value: Wire | undefined): string {
  if (typeof value !== 'string') throw new Error(`no text: ${JSON.stringify(value)}`);
  return value;
}

/** RFC 3339 in UTC with microseconds: such texts are in order as their instants are. */
export const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function digitsOf(text: Wire | undefined): string {
  return textOf(text).replace('.', '').replace(/^0+/, '');
}

/** The guide's checksum over rows of price and quantity, asks first. */
export function checksumOf(rows: readonly (readonly [price: string, qty: string])[]): string {
  return String(crc32(rows.map((row) => row.map(digitsOf).join('')).join('')));
}

/** One connection. */
export class WireClient {
  readonly #socket: WebSocket;
  readonly #received: Fields[] = [];
  #wake: () => void = () => undefined;
  #count = 0;

  private constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/v2`);
    this.#socket.on('message', (data) => {
      this.#received.push(fieldsOf(readWire((data as Buffer).toString())));
      this.#wake();
    });
  }

  static async open(url: string): Promise<WireClient> {
    const client = new WireClient(url);
    await new Promise((resolve, reject) => {
      client.#socket.once('open', resolve);
      client.#socket.once('error', reject);
    });
    return client;
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** The first message, received already or not, for which `is` holds; it is taken out. */
  async next(is: (fields: Fields) => boolean): Promise<Fields> {
    for (;;) {
      const index = this.#received.findIndex(is);
      const [found] = index < 0 ? [] : this.#received.splice(index, 1);
      if (found !== undefined) return found;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  /** The next message of a channel. */
  channel(name: string): Promise<Fields> {
    return this.next(({ channel }) => channel === name);
  }

  /** The items of a channel's messages as they come, until one is as wanted. */
  async item(name: string, is: (item: Fields) => boolean): Promise<Fields> {
    for (;;) {
      const { data } = await this.channel(name);
      const found = listOf(data).find(is);
      if (found !== undefined) return found;
    }
  }

  /** What has come and was not asked for. */
  rest(name: string): readonly Fields[] {
    return this.#received.filter(({ channel }) => channel === name);
  }

  /** Sends a request and waits for its answers, each of them as any answer has to be. */
  async asks(method: string, params: object, answers: number): Promise<readonly Fields[]> {
    const id = (this.#count += 1);
    this.send({ method, req_id: id, params });
    const replies: Fields[] = [];
    while (replies.length < answers) {
      const reply = await this.next(({ req_id }) => req_id === String(id));
      expectEnvelope(reply, method);
      replies.push(reply);
    }
    return replies;
  }

  /** Sends a request that has one answer. */
  async ask(method: string, params: object = {}): Promise<Fields> {
    const [reply] = await this.asks(method, params, 1);
    return fieldsOf(reply);
  }

  /** Sends a request that has to succeed. @returns its result. */
  async must(method: string, params: object): Promise<Fields> {
    const reply = await this.ask(method, params);
    expect(reply).toMatchObject({ success: true });
    return fieldsOf(reply['result']);
  }

  /** All that was sent before has come when this is back. */
  async settle(): Promise<void> {
    const id = (this.#count += 1);
    this.send({ method: 'ping', req_id: id });
    await this.next(({ req_id }) => req_id === String(id));
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** Messages of a channel up to the one in which an item is as wanted. */
export async function messagesUntil(
  client: WireClient,
  channel: string,
  is: (item: Fields) => boolean,
): Promise<readonly Fields[]> {
  const messages: Fields[] = [];
  for (;;) {
    const message = await client.channel(channel);
    messages.push(message);
    if (listOf(message['data']).some(is)) return messages;
  }
}

/** What every answer has. */
export function expectEnvelope(reply: Fields, method: string): void {
  expect(reply['method']).toBe(method);
  expect(typeof reply['success']).toBe('boolean');
  expect(textOf(reply['time_in'])).toMatch(timePattern);
  expect(textOf(reply['time_out'])).toMatch(timePattern);
  expect(textOf(reply['time_out']) >= textOf(reply['time_in'])).toBe(true);
  if (reply['success'] === true) expect(reply).not.toHaveProperty('error');
  else {
    expect(reply).not.toHaveProperty('result');
    // Severity, category, text: libraries look for these.
    expect(textOf(reply['error'])).toMatch(/^E[A-Z][A-Za-z]+:[A-Z]/);
  }
}

/** A book kept as the guide says, of levels or of single orders; each message's checksum is recomputed from the digits as they came. */
export class GuideBook {
  readonly #client: WireClient;
  readonly #channel: 'book' | 'level3';
  readonly #depth: number;
  #sides: Record<'asks' | 'bids', Map<string, Fields>> = { asks: new Map(), bids: new Map() };
  /** Types of the messages taken, in their order. */
  readonly types: Wire[] = [];

  constructor(client: WireClient, channel: 'book' | 'level3', depth: number) {
    this.#client = client;
    this.#channel = channel;
    this.#depth = depth;
  }

  /** Takes messages until the book is as wanted. */
  async until(isSo: (book: this) => boolean): Promise<void> {
    do {
      const { type = '', data } = await this.#client.channel(this.#channel);
      this.types.push(type);
      if (type === 'snapshot') this.#sides = { asks: new Map(), bids: new Map() };
      for (const item of listOf(data)) this.#take(item);
    } while (!isSo(this));
  }

  /** Rows of price and quantity, best first. */
  rows(side: 'asks' | 'bids', levels = this.#depth): readonly (readonly [string, string])[] {
    return this.#sorted(side, levels).map((row) => [priceOf(row), textOf(qtyOf(row))] as const);
  }

  #take(item: Fields): void {
    expect(textOf(item['timestamp'])).toMatch(timePattern);
    for (const side of ['asks', 'bids'] as const) {
      for (const row of listOf(item[side])) {
        const key = textOf(row['order_id'] ?? row['price']);
        if (Number(qtyOf(row)) === 0) this.#sides[side].delete(key);
        else this.#sides[side].set(key, row);
      }
      const kept = this.#sorted(side, this.#depth);
      this.#sides[side] = new Map(
        kept.map((row) => [textOf(row['order_id'] ?? row['price']), row]),
      );
    }
    expect(checksumOf([...this.rows('asks', 10), ...this.rows('bids', 10)])).toBe(item['checksum']);
  }

  /** Best prices first; at one price by the time at which an order got its place, and then by the exchange's own place. */
  #sorted(side: 'asks' | 'bids', levels: number): readonly Fields[] {
    const sign = side === 'asks' ? 1 : -1;
    const rows = [...this.#sides[side].values()].toSorted(
      (one, other) =>
        sign * (Number(priceOf(one)) - Number(priceOf(other))) ||
        Number(one['place'] ?? 0) - Number(other['place'] ?? 0),
    );
    const prices = new Set([...new Set(rows.map(priceOf))].slice(0, levels));
    return rows.filter((row) => prices.has(priceOf(row)));
  }
}

function priceOf(row: Fields): string {
  return textOf(row['limit_price'] ?? row['price']);
}

function qtyOf(row: Fields): Wire | undefined {
  return row['order_qty'] ?? row['qty'];
}

/** Asks for a token of the socket with an API key, signed as the guide of the HTTP side says. */
export async function tokenOf(
  url: string,
  { key, secret }: { readonly key: string; readonly secret: string },
): Promise<string> {
  const path = '/0/private/GetWebSocketsToken';
  const nonce = String(Date.now());
  const body = `nonce=${nonce}`;
  const inner = createHash('sha256')
    .update(nonce + body)
    .digest();
  const sign = createHmac('sha512', Buffer.from(secret, 'base64')).update(path).update(inner);
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'API-Key': key,
      'API-Sign': sign.digest('base64'),
    },
    body,
  });
  const { error, result } = fieldsOf(readWire(await response.text()));
  expect(error).toEqual([]);
  return textOf(fieldsOf(result)['token']);
}
