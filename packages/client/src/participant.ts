/** Everything that a household needs to trade, from one call: its wallet, its connection and the agent that signs for it. */
import type { Address } from '@wattlot/core';
import type { RpcWallet, Wallet, WalletPort } from '@wattlot/ledger';
import { Compile } from 'typebox/compile';
import { startAgent } from './agent.ts';
import type { Allowance } from './allowance.ts';
import type { AgentNote, AgentProgress, WalletAgent } from './agent.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { connectAgent } from './connect.ts';
import type { TradingClient } from './events.ts';
import { LedgerResult } from './frames/session-api.ts';
import { callExchange } from './http.ts';
import { closeMsMax } from './limits.ts';
import { openOwnWallet, openWalletOnNode } from './participant-wallet.ts';
import type { ParticipantWallet, WalletPlace } from './participant-wallet.ts';
import { openWishFile } from './wish-file.ts';
import { rememberWishes } from './wishing-client.ts';

export interface ParticipantOptions {
  /** The exchange, `http://host:port`. */
  readonly url: string;
  /**
   * The file with the participant's keys, made (mode 0600) when it is missing. Beside it, after its name: `.sent`, what the wallet signed, and
   * `.wishes`, what its owner ordered. One process at a time.
   */
  readonly keyFile: string;
  /**
   * A MultiChain node of the participant's that has the keys instead, `http://user:password@host:port`. The files are then `.node` after the name of the key
   * file, `.node.sent` and `.node.wishes`, and hold no key.
   */
  readonly node?: string;
  /** Under which to be let in, 1 to 32 characters. */
  readonly name: string;
  /** The address that issues this participant's energy. `own`: a key of its own in the key file, or in the node. */
  readonly meter?: Address | 'own';
  /** Orders placed elsewhere (with an API key) for which the agent signs too; left out: none. */
  readonly allow?: readonly Allowance[];
  readonly depth?: 10 | 25 | 100 | 500 | 1000;
  readonly clock?: Clock;
  /** 0 up to 1. */
  readonly random?: () => number;
  /** Told what the agent did and would not do. */
  readonly onNote?: (note: AgentNote) => void;
  /** Told what is being done until there is a connection to listen to: each may take a while on a slow machine, or a node that is busy. */
  readonly onStep?: (step: 'ledger' | 'wallet' | 'wishes') => void;
  /** Told how far the agent is with making an order firm. */
  readonly onProgress?: (progress: AgentProgress) => void;
}

export interface Participant<W extends WalletPort = Wallet> {
  readonly client: TradingClient;
  readonly wallet: W;
  readonly agent: WalletAgent;
  /** Ends the agent after the task it is at, then the connection. Orders and offers stay. */
  close(): Promise<void>;
}

/** Nothing was opened. `retryable`: it may be better later. */
export class ParticipantError extends Error {
  readonly code: 'exchange_unreachable' | 'exchange_refused';

  constructor(code: ParticipantError['code'], message: string) {
    super(message);
    this.name = 'ParticipantError';
    this.code = code;
  }

  get retryable(): boolean {
    return this.code === 'exchange_unreachable';
  }
}

const ledgerResult = Compile(LedgerResult);

/** The name of the exchange's chain. */
async function chainOf(url: string): Promise<string> {
  const answer = await callExchange(url, '/v1/ledger');
  if (answer.kind === 'retry') throw new ParticipantError('exchange_unreachable', answer.reason);
  if (answer.kind === 'no') throw new ParticipantError('exchange_refused', answer.error);
  const { result } = answer;
  if (!ledgerResult.Check(result)) {
    throw new ParticipantError('exchange_refused', `${url} does not say which ledger it uses`);
  }
  return result.chain;
}

function startParticipant<W extends WalletPort>(
  options: ParticipantOptions,
  { wallet, wishes }: { wallet: W; wishes: Awaited<ReturnType<typeof openWishFile>> },
): Omit<Participant<W>, 'close'> {
  const { url, name, meter, allow, depth, random, onNote, onProgress } = options;
  const { clock = systemClock } = options;
  const meterAddress = meter === 'own' ? wallet.meterAddress : meter;
  const link = connectAgent({
    url,
    signer: {
      address: wallet.address,
      signMessage: (text) => Promise.resolve(wallet.signMessage(text)),
      name,
      ...(meterAddress === undefined ? {} : { meter: meterAddress }),
    },
    clock,
    ...(depth === undefined ? {} : { depth }),
    ...(random === undefined ? {} : { random }),
  });
  const client = rememberWishes(link, wishes, allow);
  const agent = startAgent({
    client,
    link,
    wallet,
    wishes,
    clock,
    ...(onNote === undefined ? {} : { onNote }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return { client, wallet, agent };
}

/** The agent may finish its task while the exchange answers; it does not wait for one that hangs. */
async function endInOrder(
  { agent, client }: Pick<Participant, 'agent' | 'client'>,
  clock: Clock,
): Promise<void> {
  const idle = agent.close();
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const cancel = clock.after(closeMsMax, () => {
    resolve(undefined);
  });
  await Promise.race([idle, late]);
  cancel();
  await client.close();
  await idle;
}

/**
 * Opens the wallet, starts to connect and starts the agent. Whoever listens to the client in the turn in which this is done misses no event.
 * @throws ParticipantError when the exchange is not there; LedgerError or WishFileError when a file or the node cannot be used, with a line for a person
 *   that never has the node's password in it; RpcError when the node refuses.
 */
export function openParticipant(
  options: ParticipantOptions & { readonly node?: undefined },
): Promise<Participant>;
export function openParticipant(
  options: ParticipantOptions & { readonly node: string },
): Promise<Participant<RpcWallet>>;
export function openParticipant(
  options: ParticipantOptions,
): Promise<Participant> | Promise<Participant<RpcWallet>>;
export function openParticipant(
  options: ParticipantOptions,
): Promise<Participant> | Promise<Participant<RpcWallet>> {
  const { node } = options;
  if (node === undefined) return open(options, openOwnWallet);
  return open(options, (place) => openWalletOnNode(place, node));
}

async function open<W extends WalletPort>(
  options: ParticipantOptions,
  openWallet: (place: WalletPlace) => Promise<ParticipantWallet<W>>,
): Promise<Participant<W>> {
  const { url, keyFile, meter, onStep, clock = systemClock } = options;
  onStep?.('ledger');
  const chain = await chainOf(url);
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of undo.splice(0).toReversed()) await end();
  };
  try {
    onStep?.('wallet');
    const opened = await openWallet({ url, chain, keyFile, meter: meter === 'own', clock });
    undo.push(() => opened.close());
    onStep?.('wishes');
    const wishes = await openWishFile(opened.wishesPath);
    undo.push(() => wishes.close());
    const started = startParticipant(options, { wallet: opened.wallet, wishes });
    undo.push(() => endInOrder(started, clock));
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}
