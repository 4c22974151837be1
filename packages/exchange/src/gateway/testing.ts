/** A real exchange on an ephemeral port, and clients that write their frames by hand. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '@wattlot/core';
import { addressOf, newKeyPair, openKeyFile, paramsForChain, signMessage } from '@wattlot/ledger';
import type { KeyPair } from '@wattlot/ledger';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { chainName } from '../exchange.ts';
import { startExchange } from '../start.ts';
import type { RunningExchange, StartOptions } from '../start.ts';

/** What a frame holds, as far as a test looks. */
export type Fields = Readonly<Record<string, unknown>>;

/** An answer of HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Fields;
}

/** Starts an exchange in a folder of its own. */
export async function startTestExchange(options: Partial<StartOptions> = {}): Promise<{
  readonly exchange: RunningExchange;
  readonly folder: string;
  readonly end: () => Promise<void>;
}> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'wattlot-exchange-'));
  const failed = (error: Error): void => {
    throw error;
  };
  const basics = { folder, host: '127.0.0.1', port: 0, policy: 'open', failed } as const;
  const exchange = await startExchange({ ...basics, ...options });
  const end = async (): Promise<void> => {
    await exchange.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { exchange, folder, end };
}

/** Somebody with a key of the exchange's chain. */
export class Person {
  readonly key: KeyPair;
  readonly address: Address;
  readonly #exchange: RunningExchange;

  constructor(exchange: RunningExchange, key: KeyPair = newKeyPair(randomBytes)) {
    this.#exchange = exchange;
    this.key = key;
    this.address = addressOf(key.hash160, paramsForChain(chainName));
  }

  /** Whoever has the operator's key of an exchange. */
  static async operator(exchange: RunningExchange, folder: string): Promise<Person> {
    const path = join(folder, 'operator.key');
    const { keys } = await openKeyFile({ path, chain: chainName, names: [], random: randomBytes });
    const [own] = keys;
    if (own === undefined) throw new Error('the operator has no key');
    return new Person(exchange, own.key);
  }

  /** Logs in. @returns a way to call with the session. */
  async caller(): Promise<(name: string, body?: object) => Promise<HttpAnswer>> {
    const authorization = `Bearer ${await this.login()}`;
    return (name, body = {}) => this.post(`/v1/${name}`, body, { authorization });
  }

  async post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> {
    const response = await fetch(new URL(path, this.#exchange.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Fields };
  }

  async challenge(): Promise<string> {
    const { body } = await this.post('/v1/challenge', { address: this.address });
    return String((body['result'] as Fields)['challenge']);
  }

  sign(text: string): string {
    return signMessage(text, this.key);
  }

  /** Logs in. @returns the token. */
  async login(): Promise<string> {
    const challenge = await this.challenge();
    const { address } = this;
    const signature = this.sign(challenge);
    const { body } = await this.post('/v1/login', { address, challenge, signature });
    return String((body['result'] as Fields)['token']);
  }

  /** Logs in, is let in, and has ecoin. @returns the token. */
  async join(name: string, ecoin = 100_000): Promise<string> {
    const token = await this.login();
    const authorization = `Bearer ${token}`;
    const funded = new Promise<void>((done) => {
      const stop = this.#exchange.onEvent((event) => {
        if (event.kind !== 'balance.changed' || event.participant !== this.address) return;
        stop();
        done();
      });
    });
    await this.post('/v1/connect_node', { name }, { authorization });
    await this.post('/v1/schedule_ecoin_issue', { amount: ecoin }, { authorization });
    await funded;
    return token;
  }
}

/** A socket that keeps what it receives until a test asks for it. */
export class TestSocket {
  readonly socket: WebSocket;
  /** Code and reason of the end. */
  readonly closed: Promise<string>;
  readonly #received: Fields[] = [];
  #wake: () => void = () => undefined;

  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/v2`, options);
    this.closed = new Promise((closed) => {
      this.socket.once('close', (code, reason) => closed(`${code} ${reason.toString()}`));
      this.socket.once('error', (error) => closed(error.message));
    });
    this.socket.on('message', (data) => {
      this.#received.push(JSON.parse((data as Buffer).toString()) as Fields);
      this.#wake();
    });
  }

  async open(): Promise<this> {
    await new Promise((open) => this.socket.once('open', open));
    return this;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
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

  /** Sends a request and waits for its reply. */
  async ask(request: Fields & { readonly req_id: number }): Promise<Fields> {
    this.send(request);
    return this.next((fields) => fields['req_id'] === request.req_id);
  }

  /** The next message of a channel. */
  channel(name: string): Promise<Fields> {
    return this.next((fields) => fields['channel'] === name);
  }

  close(): void {
    this.socket.terminate();
  }
}
