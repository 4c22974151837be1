/**
 * The operator's side of an exchange: its functions as typed calls, for whoever has the operator's key. A connection of its own, so that a bot or a household never
 * sees them. docs/operator.md is the manual.
 */
import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { Address } from '@wattlot/core';
import {
  addressOf,
  LedgerError,
  openKeyFile,
  paramsForChain,
  parseNodeUrl,
  RpcClient,
  signMessage,
} from '@wattlot/ledger';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Outcome } from './events.ts';
import { gatewayErrors } from './frames/errors.ts';
import { operatorFunctions } from './frames/operator-api.ts';
import type {
  OperatorBody,
  OperatorFunctionName,
  OperatorResult,
  ParticipantStanding,
} from './frames/operator-api.ts';
import { LedgerResult } from './frames/session-api.ts';
import { callExchange } from './http.ts';
import type { HttpOutcome } from './http.ts';
import { operatorAnswerBytesMax, participantPagesMax } from './limits.ts';
import { openSession } from './login.ts';
import type { Call, Signer } from './login.ts';
import { ParticipantError } from './participant.ts';

export interface OperatorOptions {
  /** The exchange, `http://host:port`. */
  readonly url: string;
  /** The file with the operator's key: `operator.key` in the exchange's folder. Only read. */
  readonly keyFile?: string | undefined;
  /** The MultiChain node that has the operator's key instead, `http://user:password@host:port`: the one that the exchange runs on. */
  readonly node?: string | undefined;
}

/** Signed in as the operator. It logs in anew when the exchange has been restarted. */
export interface OperatorConnection {
  readonly address: Address;
  /**
   * Calls a function of `operatorFunctions`. `unknown`: it may have been done or not; every function may be called again, and does nothing twice. Names and texts in
   * results are what strangers wrote: make them printable before they are shown.
   */
  ask<Name extends OperatorFunctionName>(
    name: Name,
    body: OperatorBody<Name>,
  ): Promise<Outcome<OperatorResult<Name>>>;
  /** Calls no more; those under way end as `unknown`. */
  close(): Promise<void>;
}

/** Everybody who is let in, by name. The exchange tells them page by page: whoever is let in meanwhile may be missing. */
export async function everyParticipant(
  operator: Pick<OperatorConnection, 'ask'>,
): Promise<Outcome<readonly ParticipantStanding[]>> {
  const found: ParticipantStanding[] = [];
  let after: string | undefined;
  for (let page = 0; page < participantPagesMax; page += 1) {
    const answer = await operator.ask('list_participants', after === undefined ? {} : { after });
    if (answer.kind !== 'yes') return answer;
    const { participants, next } = answer.value;
    found.push(...participants);
    if (next === undefined) {
      return { kind: 'yes', value: found.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
    }
    after = next;
  }
  return { kind: 'unknown', reason: 'the exchange has no end of participants' };
}

type Signs = Pick<Signer, 'address' | 'signMessage'> & { readonly close: () => void };

const ledgerResult = Compile(LedgerResult);

/**
 * Logs in as the operator.
 * @throws ParticipantError when the exchange is not there, or the key is not its operator's; LedgerError when the key or the node cannot be used, with a line for a person.
 */
export async function openOperator(options: OperatorOptions): Promise<OperatorConnection> {
  const { url } = options;
  const abort = new AbortController();
  const call: Call = (path, given) =>
    callExchange(url, path, {
      ...given,
      signal: abort.signal,
      answerBytesMax: operatorAnswerBytesMax,
    });
  const ledger = await ledgerOf(url);
  const signer = await signerOf(options, ledger);
  const session = new OperatorSession(call, signer, () => abort.abort());
  const first = await session.ask('settlement_health', {});
  if (first.kind === 'yes') return session;
  await session.close();
  throw first.kind === 'no'
    ? new ParticipantError('exchange_refused', first.error)
    : new ParticipantError('exchange_unreachable', first.reason);
}

async function ledgerOf(url: string): Promise<LedgerResult> {
  const answer = await callExchange(url, '/v1/ledger');
  if (answer.kind === 'retry') throw new ParticipantError('exchange_unreachable', answer.reason);
  if (answer.kind === 'no') throw new ParticipantError('exchange_refused', answer.error);
  if (ledgerResult.Check(answer.result)) return answer.result;
  throw new ParticipantError('exchange_refused', `${url} does not say which ledger it uses`);
}

async function signerOf(
  { keyFile, node }: OperatorOptions,
  { chain, operator }: LedgerResult,
): Promise<Signs> {
  const address = operator as Address;
  if (node !== undefined) {
    const client = new RpcClient({ url: parseNodeUrl(node) });
    const sign = async (text: string): Promise<string> =>
      String(await client.call('signmessage', [address, text]));
    return { address, signMessage: sign, close: () => client.close() };
  }
  const path = keyFile ?? '';
  // To open a key file makes it, and a new key is no operator's.
  if (!existsSync(path)) {
    const what = `there is no operator's key in ${path}: it is operator.key in the exchange's folder`;
    throw new LedgerError('key_file_unreadable', what);
  }
  const { keys } = await openKeyFile({ path, chain, names: [], random: randomBytes });
  const params = paramsForChain(chain);
  const own = keys.find(({ key }) => addressOf(key.hash160, params) === address);
  if (own === undefined) {
    const what = `the key in ${path} is not the operator's of this exchange, who is ${address}`;
    throw new LedgerError('key_file_unreadable', what);
  }
  const sign = (text: string): Promise<string> => Promise.resolve(signMessage(text, own.key));
  return { address, signMessage: sign, close: () => undefined };
}

class OperatorSession implements OperatorConnection {
  readonly #call: Call;
  readonly #signer: Signs;
  readonly #abort: () => void;
  /** The token of the session, or that which is being asked for. */
  #token: Promise<HttpOutcome> | undefined;

  constructor(call: Call, signer: Signs, abort: () => void) {
    this.#call = call;
    this.#signer = signer;
    this.#abort = abort;
  }

  get address(): Address {
    return this.#signer.address;
  }

  async ask<Name extends OperatorFunctionName>(
    name: Name,
    body: OperatorBody<Name>,
  ): Promise<Outcome<OperatorResult<Name>>> {
    let answer = await this.#asOperator(name, body);
    if (answer.kind === 'no' && answer.error === gatewayErrors.invalidToken) {
      // The exchange has been restarted since, or the session has run out.
      this.#token = undefined;
      answer = await this.#asOperator(name, body);
    }
    if (answer.kind === 'no') return answer;
    if (answer.kind === 'retry') return { kind: 'unknown', reason: answer.reason };
    const { result } = answer;
    return checks.get(name)?.Check(result) === true
      ? { kind: 'yes', value: result as OperatorResult<Name> }
      : { kind: 'unknown', reason: 'the exchange answers in another dialect' };
  }

  close(): Promise<void> {
    this.#abort();
    this.#signer.close();
    return Promise.resolve();
  }

  async #asOperator(name: OperatorFunctionName, body: object): Promise<HttpOutcome> {
    this.#token ??= this.#logIn();
    const session = await this.#token;
    if (session.kind !== 'yes') {
      this.#token = undefined;
      return session;
    }
    return this.#call(`/v1/${name}`, { body, token: String(session.result) });
  }

  async #logIn(): Promise<HttpOutcome> {
    try {
      const opened = await openSession(this.#call, this.#signer);
      return opened.kind === 'yes' ? { kind: 'yes', result: opened.token } : opened;
    } catch (error) {
      // The signer is a node, and that may be away.
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: 'retry', reason: `cannot sign the login: ${reason}` };
    }
  }
}

const checks: ReadonlyMap<string, { Check(value: unknown): boolean }> = new Map(
  Object.entries(operatorFunctions).map(([name, { result }]) => [name, Compile<TSchema>(result)]),
);
