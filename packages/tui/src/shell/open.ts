/** Opens what the terminal shows: an account, the market for whoever watches, the operator's side, or a recorded day. */
import type { AgentProgress } from '@wattlot/client';
import { toAddress } from '@wattlot/core';
import type { RecordedDayOptions, TradeOptions } from '../options.ts';
import type { Work } from '../replay/replay.ts';
import type { Message } from '../text/language.ts';
import { ownWallet } from '../wallet/own-wallet.ts';
import type { Opened } from './opened.ts';

/** The market as everybody sees it. */
export async function openPublic({ url }: TradeOptions): Promise<Opened> {
  const { connect } = await import('@wattlot/client');
  const client = connect({ url: await url });
  return { client, close: () => client.close() };
}

/** What is being done until the connection speaks for itself. */
const steps = {
  ledger: 'asking the exchange for its ledger',
  wallet: 'opening the wallet',
  wishes: 'reading what was ordered before',
} as const satisfies Record<string, Message>;

/**
 * An account with its wallet, and the agent that signs for it. `tell`: what is being done until then.
 * @throws what `openParticipant` throws.
 */
export async function openOwn(
  options: TradeOptions,
  keyFile: string,
  tell: (doing: Message) => void,
): Promise<Opened> {
  const { openParticipant } = await import('@wattlot/client');
  const { url, name = 'household', meter, node } = options;
  const address = meter === undefined || meter === 'own' ? meter : toAddress(meter);
  const listeners: ((progress: AgentProgress) => void)[] = [];
  const participant = await openParticipant({
    url: await url,
    keyFile,
    name,
    ...(address === undefined ? {} : { meter: address }),
    ...(node === undefined ? {} : { node }),
    onStep: (step) => {
      tell(steps[step]);
    },
    onProgress: (progress) => {
      for (const listener of listeners) listener(progress);
    },
  });
  const { client, wallet } = participant;
  let energy: string | undefined;
  client.listen((event) => {
    if (event.kind === 'instruments') energy = event.instruments[0]?.base;
  });
  return {
    client,
    close: () => participant.close(),
    listenProgress: (listener) => {
      listeners.push(listener);
    },
    wallet: ownWallet({ wallet, energy: () => energy, hasMeter: meter === 'own' }),
  };
}

/** The public market, and the operator's functions beside it. @throws what `openOperator` throws. */
export async function openAsOperator(options: TradeOptions): Promise<Opened> {
  const { connect, openOperator } = await import('@wattlot/client');
  const url = await options.url;
  const { keyFile, node } = options;
  const operator = await openOperator(node === undefined ? { url, keyFile } : { url, node });
  const client = connect({ url });
  const close = async (): Promise<void> => {
    await operator.close();
    await client.close();
  };
  return { client, operator, close };
}

/** A recorded day. `tell`: how far it is proved. @throws when it cannot be shown. */
export async function openPast(
  { open }: RecordedDayOptions,
  tell: (work: Work) => void,
): Promise<Opened> {
  const day = await open(tell);
  const { client, source, name } = day;
  return { client, close: () => day.close(), replay: { source, name } };
}
