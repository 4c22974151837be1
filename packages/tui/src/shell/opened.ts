/** What the terminal has of the world once a connection is open, and what is said until then. */
import type { AgentProgress, ExchangeClient, OperatorConnection } from '@wattlot/client';
import type { ReplaySource, Work } from '../replay/replay.ts';
import type { OwnWallet } from '../wallet/wallet.ts';

/** A connection that can be ended as a whole. */
export interface Opened {
  readonly client: ExchangeClient;
  /** The owner's wallet, where there is one. */
  readonly wallet?: OwnWallet;
  /** The recorded day that the client shows, and whose account it is. */
  readonly replay?: { readonly source: ReplaySource; readonly name: string | undefined };
  /** Tells how far the wallet is with an order, from now on. */
  readonly listenProgress?: (listener: (progress: AgentProgress) => void) => void;
  /** The operator's functions, for whoever has the key. */
  readonly operator?: OperatorConnection;
  close(): Promise<void>;
}

/** What is said while a connection is opened. */
export interface Tell {
  /** How far long work on a recorded day is. */
  readonly work: (work: Work) => void;
  /** What is being done until the connection speaks for itself, translated. */
  readonly doing: (text: string) => void;
}
