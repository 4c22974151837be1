/** A state drawn by Ink, through the sink, in a terminal without a window. */
import { render } from 'ink';
import { Terminal } from '../panes/terminal.tsx';
import { Sink } from '../screen/sink.ts';
import type { State } from '../fold/state.ts';
import { makeStore } from '../shell/store.ts';
import type { Theme } from '../theme.ts';
import { stillClock } from './clock.ts';
import { headlessTerminal } from './headless.ts';
import type { HeadlessTerminal } from './headless.ts';

export async function drawn(state: State, theme: Theme): Promise<HeadlessTerminal> {
  const terminal = headlessTerminal(state.columns, state.rows);
  terminal.canvas.write('\u001b[?7l');
  const clock = stillClock(state.now);
  const sink = new Sink(terminal.canvas, clock);
  const store = makeStore({
    first: state,
    clock,
    mintClientOrderId: () => 'id',
    perform: () => {},
  });
  const app = render(<Terminal store={store} theme={theme} />, {
    stdout: sink as unknown as NodeJS.WriteStream,
    debug: true,
    interactive: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  clock.pass(100);
  await terminal.settle();
  sink.close();
  app.unmount();
  return terminal;
}
