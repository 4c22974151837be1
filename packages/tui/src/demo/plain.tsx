/**
 * The terminal as Ink draws it alone, full screen and line by line, with the same store and panes but no sink and no wrapped text functions. What `npm run bench:tui` compares with; nobody else runs it.
 */
import { randomUUID } from 'node:crypto';
import { openParticipant } from '@wattlot/client';
import { render } from 'ink';
import { realClock } from '../shell/clock.ts';
import { keymap } from '../keymap/index.ts';
import { makeKeyDecoder } from '../screen/keys.ts';
import { paintsPerSecondMax } from '../limits.ts';
import { Terminal } from '../panes/terminal.tsx';
import { newState } from '../fold/state.ts';
import { makeStore } from '../shell/store.ts';
import { makeTheme } from '../theme.ts';

const [url = '', keyFile = ''] = process.argv.slice(2);
const { columns, rows } = process.stdout;

const now = realClock.now();
const store = makeStore({
  first: newState({
    name: 'plain',
    isReadOnly: false,
    columns,
    rows,
    now,
    offsetMinutes: 0,
    keymap,
    doing: 'connecting',
  }),
  clock: realClock,
  mintClientOrderId: randomUUID,
  perform: () => {},
});
const theme = makeTheme({ colorDepth: process.stdout.getColorDepth() });
render(<Terminal store={store} theme={theme} />, {
  alternateScreen: true,
  incrementalRendering: true,
  maxFps: paintsPerSecondMax,
  patchConsole: false,
});
const decoder = makeKeyDecoder();
process.stdin.setRawMode(true).setEncoding('utf8').resume();
process.stdin.on('data', (text: string) => {
  for (const key of decoder.push(text)) store.dispatch({ kind: 'key', key });
});
setInterval(() => {
  store.dispatch({ kind: 'tick', offsetMinutes: 0 });
}, 1000);
const { client } = await openParticipant({ url, keyFile, name: 'plain', meter: 'own' });
client.listen((event) => {
  store.dispatch({ kind: 'event', event });
});
