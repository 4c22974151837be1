/**
 * The terminal on a made-up market, without an exchange: for who works on the screens. Orders are signed, filled and settled as time goes by.
 *
 *   npm run demo -w @wattlot/tui -- [--theme light] [--ascii] [--rate 20] [--stale] [--empty] [--hostile] [--end crash|SIGTERM] [--tariff 214.6] [--lang ko]
 */
import { parseArgs } from 'node:util';
import { realClock } from '../shell/clock.ts';
import { keymap } from '../keymap/index.ts';
import { runSession } from '../shell/session.tsx';
import { languages } from '../text/language.ts';
import { makeTheme, themeNames } from '../theme.ts';
import { makeLog } from '../shell/log-file.ts';
import { hostileExchange, hostileTexts } from '../testing/hostile.ts';
import { demoMarket } from './market.ts';

const { values } = parseArgs({
  options: {
    theme: { type: 'string' },
    ascii: { type: 'boolean' },
    rate: { type: 'string', default: '5' },
    stale: { type: 'boolean' },
    empty: { type: 'boolean' },
    hostile: { type: 'boolean' },
    end: { type: 'string' },
    tariff: { type: 'string' },
    readonly: { type: 'boolean' },
    log: { type: 'string' },
    lang: { type: 'string' },
  },
});

const market = demoMarket({
  clock: realClock,
  perSecond: Number(values.rate),
  isEmpty: values.empty ?? false,
  losesConnection: values.stale ?? false,
});

/** Every text is an attack, fifty a second. */
const hostile = hostileExchange();
function attack(): void {
  hostile.speak();
  realClock.later(20, attack);
}

const ending = await runSession({
  open: () => {
    if (values.end !== undefined) {
      const { end } = values;
      realClock.later(500, () => {
        if (end === 'crash') throw new Error('the demo was asked to crash');
        process.kill(process.pid, end);
      });
    }
    if (values.hostile === true) realClock.later(0, attack);
    else market.start();
    return Promise.resolve({
      client: values.hostile === true ? hostile.client : market.client,
      close: () => {
        market.stop();
        return Promise.resolve();
      },
    });
  },
  doing: 'connecting to the demo',
  name: values.hostile === true ? hostileTexts.join('') : 'house-00',
  isReadOnly: values.readonly ?? false,
  tariff: values.tariff === undefined ? undefined : Number(values.tariff),
  theme: makeTheme({
    name: themeNames.find((name) => name === values.theme),
    ascii: values.ascii,
    colorDepth: process.stdout.getColorDepth(),
  }),
  language: languages.find((name) => name === values.lang),
  keymap,
  keyboard: process.stdin,
  canvas: process.stdout,
  clock: realClock,
  log: makeLog(values.log, realClock.now),
});

if (ending.kind === 'crash') console.error(String(ending.error));
process.exit(ending.kind === 'quit' ? 0 : 1);
