/** What `wattlot trade` can be asked for. */
import type { ExchangeClient } from '@wattlot/client';
import type { ReplaySource, Work } from './replay/replay.ts';
import type { Language } from './text/language.ts';
import type { ThemeName } from './theme.ts';

/** A recorded day, opened instead of a connection. */
export interface RecordedDayOptions {
  /** For the terminal. Rejects with a line for a person; `tell` takes how far the proof is. */
  readonly open: (tell: (work: Work) => void) => Promise<OpenedDay>;
  /**
   * For lines: tells all of the day, or the picture at its end, to a client that somebody listens to by then. Resolves when that is done. `room` resolves when whoever
   * reads has taken what was written.
   */
  readonly tell: (reader: {
    readonly mode: 'once' | 'follow';
    readonly listen: (client: ExchangeClient) => void;
    readonly room: () => Promise<void> | undefined;
    readonly ended: Promise<void>;
  }) => Promise<void>;
}

export interface OpenedDay {
  readonly client: ExchangeClient;
  readonly source: ReplaySource;
  /** Whose account it is; undefined for the public view. */
  readonly name: string | undefined;
  close(): Promise<void>;
}

export interface TradeOptions {
  /** Shows a recorded day; then there is no exchange and no key. */
  readonly replay?: RecordedDayOptions | undefined;
  /**
   * The exchange, `http://host:port`. A promise where it is still starting: the first frame is on the screen meanwhile, and a rejection ends the
   * terminal with its message.
   */
  readonly url: string | Promise<string>;
  /** What is being done until there is a connection, for a person. */
  readonly doing?: string | undefined;
  /** The file with the participant's key, mode 0600. Left out, or with `readonly`: only the public market is shown. */
  readonly keyFile?: string | undefined;
  /** A MultiChain node that has the keys instead, with user and password: `http://user:password@host:port`. */
  readonly node?: string | undefined;
  /** The operator's screen, with the key file (or the node) of the operator; nothing is traded. */
  readonly operator?: boolean | undefined;
  /** The participant's name, shown to its owner and the operator. */
  readonly name?: string | undefined;
  /** The address that issues this participant's energy, or `own`. */
  readonly meter?: string | undefined;
  readonly readonly?: boolean | undefined;
  /** `terminal` (default) draws; `once` prints the market as a table; `follow` prints a line an event. */
  readonly mode?: 'terminal' | 'once' | 'follow' | undefined;
  /** With `once` and `follow`: JSON objects, one a line. Alone: as `follow`. */
  readonly json?: boolean | undefined;
  /** Default: what the settings file says, else dark. */
  readonly theme?: ThemeName | undefined;
  /** Default: what the settings file says, else what LC_ALL, LC_MESSAGES or LANG ask for unless `ascii`, else English. */
  readonly language?: Language | undefined;
  readonly settingsFile?: ConfigFile | undefined;
  readonly keysFile?: ConfigFile | undefined;
  /** Draw with ASCII only. */
  readonly ascii?: boolean | undefined;
  /** What the household pays its supplier, in ecoin per unit of energy: the ladder shows what each price saves. */
  readonly tariff?: number | undefined;
  /** Where messages go that must not disturb the screen. Default: `terminal.log` beside the key file; without either they are dropped. */
  readonly logFile?: string | undefined;
}

/** A file that a person may write. `isNeeded`: named by that person, so it has to be there. */
export interface ConfigFile {
  readonly path: string;
  readonly isNeeded: boolean;
}

/** 0: left by its owner. 1: refused. 2: cannot be done like this. 3: no connection. 70: an error inside. 128 + n: ended by signal n. */
export type ExitCode = number;
