/** Everything that a household needs to trade, from one call: its wallet, its connection and the agent that signs for it. */
import { randomBytes } from 'node:crypto';
import type { Address } from '@wattlot/core';
import { httpChainPort, openWallet } from '@wattlot/ledger';
import type { ChainPort, OpenWallet, Wallet } from '@wattlot/ledger';
import { Compile } from 'typebox/compile';
import { startAgent } from './agent.ts';
import type { AgentNote, WalletAgent } from './agent.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { connectAgent } from './connect.ts';
import type { ExchangeClient } from './events.ts';
import { LedgerResult } from './frames/session-api.ts';
import { callExchange } from './http.ts';
import { closeMsMax } from './limits.ts';
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
  /** Under which to be let in, 1 to 32 characters. */
  readonly name: string;
  /** The address that issues this participant's energy. `own`: a key of its own in the key file. */
  readonly meter?: Address | 'own';
  readonly depth?: 10 | 25 | 100 | 500 | 1000;
  readonly clock?: Clock;
  /** 0 up to 1. */
  readonly random?: () => number;
  /** Told what the agent did and would not do. */
  readonly onNote?: (note: AgentNote) => void;
}

export interface Participant {
  readonly client: ExchangeClient;
  readonly wallet: Wallet;
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

function startParticipant(
  options: ParticipantOptions,
  { opened, wishes }: { opened: OpenWallet; wishes: Awaited<ReturnType<typeof openWishFile>> },
): Omit<Participant, 'close'> {
  const { url, name, meter, depth, random, onNote, clock = systemClock } = options;
  const { wallet } = opened;
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
  const client = rememberWishes(link, wishes);
  const agent = startAgent({
    client,
    link,
    wallet,
    wishes,
    clock,
    ...(onNote === undefined ? {} : { onNote }),
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
 * @throws ParticipantError when the exchange is not there; LedgerError or WishFileError when a file cannot be used, with a line for a person.
 */
export async function openParticipant(options: ParticipantOptions): Promise<Participant> {
  const { url, keyFile, meter } = options;
  const chain = await chainOf(url);
  const port: ChainPort = httpChainPort({ url: new URL('/chain', url).href });
  const undo: (() => Promise<void>)[] = [() => port.close()];
  const close = async (): Promise<void> => {
    for (const end of undo.splice(0).toReversed()) await end();
  };
  try {
    const opened = await openWallet({
      path: keyFile,
      chain,
      port,
      meter: meter === 'own',
      random: randomBytes,
      now: Date.now,
    });
    undo.push(() => opened.close());
    const wishes = await openWishFile(`${keyFile}.wishes`);
    undo.push(() => wishes.close());
    const started = startParticipant(options, { opened, wishes });
    undo.push(() => endInOrder(started, options.clock ?? systemClock));
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}
