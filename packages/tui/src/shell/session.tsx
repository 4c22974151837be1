/** The terminal as it runs: keyboard, store, screen and the connection, tied together. The only place where the parts meet the world. */
import { randomUUID } from 'node:crypto';
import { render } from 'ink';
import type { Clock } from './clock.ts';
import { makeKeyDecoder } from '../screen/keys.ts';
import { closeWaitMs, escapeWaitMs } from '../limits.ts';
import { Terminal } from '../panes/terminal.tsx';
import { copySequence } from '../screen/clipboard.ts';
import { takeTerminal } from '../screen/ownership.ts';
import type { Keyboard } from '../screen/ownership.ts';
import { readOperator } from '../operator/connection.ts';
import { Sink } from '../screen/sink.ts';
import type { Canvas } from '../screen/sink.ts';
import { keysOf } from '../keymap/replay.ts';
import { unknownDay } from '../replay/replay.ts';
import { newState } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Opened, Tell } from './opened.ts';
import { makePerformer } from './performer.ts';
import { makeStore } from './store.ts';
import type { Store } from './store.ts';
import type { Binding } from '../keymap/binding.ts';
import type { Language } from '../text/language.ts';
import type { Theme } from '../theme.ts';

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
