/** The terminal as it runs: keyboard, store, screen and the connection, tied together. The only place where the parts meet the world. */
import { randomUUID } from 'node:crypto';
import type { AgentProgress, ExchangeClient, OperatorConnection, Outcome } from '@wattlot/client';
import { render } from 'ink';
import type { Clock } from './clock.ts';
import { makeKeyDecoder } from '../screen/keys.ts';
import { closeWaitMs, escapeWaitMs } from '../limits.ts';
import { Terminal } from '../panes/terminal.tsx';
import { copySequence } from '../screen/clipboard.ts';
import { takeTerminal } from '../screen/ownership.ts';
import type { Keyboard } from '../screen/ownership.ts';
import { operate, readOperator } from '../operator/connection.ts';
import { Sink } from '../screen/sink.ts';
import type { Canvas } from '../screen/sink.ts';
import { keysOf } from '../keymap/replay.ts';
import { unknownDay } from '../replay/replay.ts';
import type { ReplaySource, Work } from '../replay/replay.ts';
import { newState } from '../fold/state.ts';
import type { Effect, State, WalletRequest } from '../fold/state.ts';
import { makeStore } from './store.ts';
import type { Store } from './store.ts';
import type { Binding } from '../keymap/binding.ts';
import type { Language } from '../text/language.ts';
import type { Theme } from '../theme.ts';
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

export interface SessionOptions {
  /** Opens the connection; called once the first frame is on the screen. A rejection ends the terminal. */
  readonly open: (tell: Tell) => Promise<Opened>;
  /** A recorded day is opened, not a connection. */
  readonly isReplay?: boolean | undefined;
  /** What is being done until then, for a person. */
  readonly doing: string;
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly isOperator?: boolean | undefined;
  readonly tariff?: number | undefined;
  readonly theme: Theme;
  readonly language?: Language | undefined;
  readonly keymap: readonly Binding[];
  readonly keyboard: Keyboard;
  readonly canvas: Canvas;
  readonly clock: Clock;
  readonly log: (text: string) => void;
}

/** Why the terminal ended. The screen has been given back. */
export type Ending =
  | { readonly kind: 'quit'; readonly liveOrders: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'crash'; readonly error: unknown }
  | { readonly kind: 'unopened'; readonly error: unknown };

const tickMs = 1000;

function liveCount({ view, replay }: State): number {
  if (replay !== undefined) return 0;
  return [...view.orders.values()].filter(({ status }) => status !== 'done').length;
}

/** What the wallet holds, told to the store; a chain that cannot be reached is a fault on its screen and nothing more. */
function readWallet(wallet: OwnWallet | undefined, store: Store): void {
  if (wallet === undefined) return;
  wallet.read().then(
    (summary) => {
      store.dispatch({ kind: 'wallet', summary });
    },
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      store.dispatch({ kind: 'wallet-fault', reason });
    },
  );
}

/** Carries out effects against whichever connection there is. */
function makePerformer(
  store: () => Store,
  opened: () => Opened | undefined,
  also: { repaint(): void; leave(): void; copy(text: string): void },
): (effect: Effect) => void {
  const gone = { kind: 'no', error: 'not connected' } as const;
  const client = (): ExchangeClient | undefined => opened()?.client;
  const answer = (request: WalletRequest, outcome: Promise<Outcome<null>> | undefined): void => {
    void (outcome ?? Promise.resolve(gone)).then((told) => {
      store().dispatch({ kind: 'answered', request, outcome: told });
    });
  };
  return (effect) => {
    switch (effect.kind) {
      case 'place': {
        const { clientOrderId } = effect.wish;
        const placed = client()?.placeOrder(effect.wish) ?? Promise.resolve(gone);
        void placed.then((outcome) => {
          store().dispatch({ kind: 'placed', clientOrderId, outcome });
        });
        return;
      }
      case 'amend': {
        const { order, change } = effect;
        const amended = client()?.amendOrder(order, change) ?? Promise.resolve(gone);
        void amended.then((outcome) => {
          store().dispatch({ kind: 'amended', order, outcome });
        });
        return;
      }
      case 'cancel': {
        const { order } = effect;
        const cancelled = client()?.cancelOrder(order) ?? Promise.resolve(gone);
        void cancelled.then((outcome) => {
          store().dispatch({ kind: 'cancelled', order, outcome });
        });
        return;
      }
      case 'follow-queue':
        client()?.followQueue(effect.symbol);
        return;
      case 'read-wallet':
        readWallet(opened()?.wallet, store());
        void client()
          ?.ecoinRequests()
          .then((told) => {
            if (told.kind !== 'yes') return;
            store().dispatch({ kind: 'ecoin-requests', requests: told.value });
          });
        return;
      case 'request-ecoin':
        answer('ecoin', client()?.requestEcoin(effect.amount, effect.reference));
        return;
      case 'issue-energy':
        answer('energy', opened()?.wallet?.issueEnergy?.(effect.amount, effect.reference));
        return;
      case 'copy':
        also.copy(effect.text);
        return;
      case 'replay': {
        const source = opened()?.replay?.source;
        // What is not opened yet can only be given up.
        if (source !== undefined) source.command(effect.command);
        else if (effect.command.kind === 'stop') also.leave();
        return;
      }
      case 'tell-story': {
        const { order } = effect;
        const story = opened()?.replay?.source.story(order);
        store().dispatch({ kind: 'story', order, story });
        return;
      }
      case 'read-operator': {
        const operator = opened()?.operator;
        if (operator === undefined) return;
        void readOperator(operator).then((input) => {
          store().dispatch(input);
        });
        return;
      }
      case 'operate':
        void operate(opened()?.operator, effect).then((input) => {
          store().dispatch(input);
        });
        return;
      case 'repaint':
        also.repaint();
        return;
      case 'leave':
        also.leave();
    }
  };
}

/** Feeds the keyboard's text to the store, key by key. @returns a function that ends it. */
function readKeys(keyboard: Keyboard, clock: Clock, store: Store): () => void {
  const decoder = makeKeyDecoder();
  let callOff: (() => void) | undefined;
  const press = (keys: readonly string[]): void => {
    for (const key of keys) store.dispatch({ kind: 'key', key });
  };
  const onData = (text: string): void => {
    callOff?.();
    callOff = undefined;
    press(decoder.push(text));
    if (!decoder.isWaiting) return;
    callOff = clock.later(escapeWaitMs, () => {
      press(decoder.flush());
    });
  };
  keyboard.on('data', onData);
  return () => {
    callOff?.();
    keyboard.off('data', onData);
  };
}

function offsetNow(now: number): number {
  return -new Date(now).getTimezoneOffset();
}

/** Waits for a promise, but not for ever. */
async function within(ms: number, clock: Clock, promise: Promise<unknown>): Promise<void> {
  let callOff = (): void => {};
  const enough = new Promise<void>((resolve) => {
    callOff = clock.later(ms, resolve);
  });
  await Promise.race([promise.catch(() => {}), enough]);
  callOff();
}

/** Runs the terminal until it is left. Resolves when the screen is given back and the connection closed or given up. */
export async function runSession(options: SessionOptions): Promise<Ending> {
  const { keyboard, canvas, clock, log } = options;
  const sink = new Sink(canvas, clock);
  let opened: Opened | undefined;
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const perform = makePerformer(
    () => store,
    () => opened,
    {
      copy: (text) => {
        canvas.write(copySequence(text));
      },
      repaint: () => {
        sink.repaint();
      },
      leave: () => {
        end({ kind: 'quit', liveOrders: liveCount(store.newest()) });
      },
    },
  );
  const store: Store = makeStore({
    first: newState({
      name: options.name,
      isReadOnly: options.isReadOnly,
      isOperator: options.isOperator,
      tariff: options.tariff,
      columns: sink.columns,
      rows: sink.rows,
      now: clock.now(),
      offsetMinutes: offsetNow(clock.now()),
      language: options.language,
      keymap: keysOf(options.keymap, options.isReplay === true),
      isReplay: options.isReplay,
      doing: options.doing,
    }),
    clock,
    mintClientOrderId: () => randomUUID(),
    perform,
  });
  const giveBack = takeTerminal({
    keyboard,
    output: canvas,
    log,
    onSignal: (signal) => {
      end({ kind: 'signal', signal });
    },
    onCrash: (error) => {
      end({ kind: 'crash', error });
    },
  });
  sink.on('size', () => {
    store.dispatch({ kind: 'resize', columns: sink.columns, rows: sink.rows });
  });
  const app = render(<Terminal store={store} theme={options.theme} />, {
    // Ink asks of its stream what a sink has; its type names all of a terminal stream.
    stdout: sink as unknown as NodeJS.WriteStream,
    debug: true,
    interactive: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  app.waitUntilExit().catch((error: unknown) => {
    end({ kind: 'crash', error });
  });
  const endKeys = readKeys(keyboard, clock, store);
  let endTicks = (): void => {};
  const tick = (): void => {
    store.dispatch({ kind: 'tick', offsetMinutes: offsetNow(clock.now()) });
    endTicks = clock.later(tickMs - (clock.now() % tickMs), tick);
  };
  tick();
  void openConnection(options, store, (connection) => {
    opened = connection;
  }).catch((error: unknown) => {
    end({ kind: 'unopened', error });
  });

  const ending = await ended;
  endKeys();
  endTicks();
  sink.close();
  store.close();
  app.unmount();
  giveBack();
  if (opened !== undefined) await within(closeWaitMs, clock, opened.close());
  return ending;
}

async function openConnection(
  { open, clock }: SessionOptions,
  store: Store,
  keep: (opened: Opened) => void,
): Promise<void> {
  // The first frame goes out before anything slow is loaded.
  await new Promise<void>((resolve) => {
    clock.later(0, resolve);
  });
  const opened = await open({
    work: (work) => {
      store.dispatch({
        kind: 'replay',
        told: { kind: 'position', position: { ...unknownDay, work } },
      });
    },
    doing: (reason) => {
      store.dispatch({ kind: 'event', event: { kind: 'connection', state: 'stale', reason } });
    },
  });
  opened.listenProgress?.((progress) => {
    store.dispatch({ kind: 'progress', progress });
  });
  opened.client.listen((event) => {
    store.dispatch({ kind: 'event', event });
  });
  keep(opened);
  const { operator } = opened;
  if (operator !== undefined) store.dispatch(await readOperator(operator));
  if (opened.replay === undefined) return;
  const { source, name } = opened.replay;
  store.dispatch({
    kind: 'account',
    name: name ?? '',
    isReadOnly: name === undefined,
  });
  source.listen((told) => {
    store.dispatch({ kind: 'replay', told });
  });
}
