/** The wallet screen: what the exchange counts as owned, held and free, and the outputs that the wallet holds on the ledger. */
import type { Instrument } from '@wattlot/client/frames';
import type { Box } from '../fold/layout.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import { ecoinText, ecoinUnit, energyText, energyUnit } from '../text/number.ts';
import { printable } from '../text/printable.ts';
import type { Glyphs } from '../theme.ts';
import { groupsOf } from '../wallet/wallet.ts';
import type { WalletSummary } from '../wallet/wallet.ts';
import { ecoinRequestLines } from './ecoin-requests.ts';
import { confirmSpan } from './confirm.ts';

const columns = { name: 10, amount: 16, count: 8 };

/** An amount of an asset with its unit; of one that no market here knows, its smallest units. */
function amountText(instrument: Instrument | undefined, asset: string, amount: number): string {
  if (asset === instrument?.base) return energyText(instrument, amount);
  if (asset === instrument?.quote) return ecoinText(instrument, amount);
  return String(amount);
}

function unitText(instrument: Instrument | undefined, asset: string): string {
  if (asset === instrument?.base) return energyUnit(instrument);
  if (asset === instrument?.quote) return ecoinUnit(instrument);
  return printable(asset, 8);
}

function balanceLines(state: State, glyphs: Glyphs): Line[] {
  const { language, view, areAmountsHidden } = state;
  const instrument = marketOf(state)?.instrument;
  if (!view.areBalancesKnown) {
    return [
      line(span(` ${t(language, 'waiting for the exchange to say what is owned')}`, 'muted')),
    ];
  }
  if (view.balances.length === 0) {
    return [line(span(` ${t(language, 'nothing yet: r asks the operator for ecoin')}`, 'muted'))];
  }
  const head = [
    padEnd('', columns.name + 1),
    padStart(t(language, 'owned'), columns.amount),
    padStart(t(language, 'held for orders'), columns.amount),
    padStart(t(language, 'free'), columns.amount),
  ];
  const rows = view.balances.map(({ asset, balance, hold }): Line => {
    const text = (amount: number): string =>
      padStart(
        areAmountsHidden ? glyphs.hidden : amountText(instrument, asset, amount),
        columns.amount,
      );
    return line(
      span(` ${padEnd(unitText(instrument, asset), columns.name)}`, 'title'),
      span(text(balance)),
      span(text(hold), 'muted'),
      span(text(balance - hold), 'mine'),
    );
  });
  return [line(span(head.join(''), 'muted')), ...rows];
}

/** The outputs by amount, then one by one. */
function outputLines(state: State, wallet: WalletSummary, glyphs: Glyphs): Line[] {
  const { language, areAmountsHidden } = state;
  const instrument = marketOf(state)?.instrument;
  const own = (asset: string, amount: number): string =>
    areAmountsHidden ? glyphs.hidden : amountText(instrument, asset, amount);
  const conditionOf = ({ isLocked, isFinal }: { isLocked: boolean; isFinal: boolean }): string =>
    [
      t(language, isLocked ? 'on offer for an order' : 'free'),
      ...(isFinal ? [] : [t(language, 'waits for a block')]),
    ].join(', ');
  const groups = groupsOf(wallet.outputs).map((group): Line =>
    line(
      span(padStart(areAmountsHidden ? glyphs.hidden : `${group.count} ×`, columns.count), 'muted'),
      span(padStart(own(group.asset, group.amount), columns.amount)),
      span(` ${padEnd(unitText(instrument, group.asset), 8)}`, 'muted'),
      span(conditionOf(group), group.isLocked ? 'mine' : 'text'),
    ),
  );
  const each = wallet.outputs.map((one): Line =>
    line(
      span(padStart(own(one.asset, one.amount), columns.count + columns.amount)),
      span(` ${padEnd(unitText(instrument, one.asset), 8)}`, 'muted'),
      span(printable(one.output, 80), one.isLocked ? 'mine' : 'muted'),
    ),
  );
  const more =
    wallet.more === 0
      ? []
      : [line(span(`   ${t(language, '{n} more outputs', { n: wallet.more })}`, 'muted'))];
  return [...groups, ...each, ...more];
}

function walletLines(state: State, glyphs: Glyphs): Line[] {
  const { wallet, walletFault, language } = state;
  if (state.replay !== undefined) {
    const text = t(language, 'a recorded day has no wallet: its outputs are on the ledger');
    return [line(span(` ${text}`, 'muted'))];
  }
  if (walletFault !== undefined) {
    const text = t(language, 'the wallet cannot be read: {reason}', { reason: walletFault });
    return [line(span(` ${text}`, 'bad'))];
  }
  if (wallet === undefined) {
    return [line(span(` ${t(language, 'reading the wallet…')}`, 'muted'))];
  }
  if (wallet.isOnNode) {
    const text = t(language, 'a node has the keys: its outputs are looked at there');
    return [line(span(` ${text}`, 'muted'))];
  }
  const count = wallet.outputs.length + wallet.more;
  return [
    line(
      span(` ${t(language, 'OUTPUTS on the ledger')}`, 'title'),
      span(
        `  ${t(language, '{n} unspent, block {height}', { n: count, height: wallet.height })}`,
        'muted',
      ),
    ),
    ...outputLines(state, wallet, glyphs).slice(state.scroll),
  ];
}

function addressLines({ wallet, language }: State): Line[] {
  if (wallet === undefined) return [];
  const meter =
    wallet.meter === undefined
      ? []
      : [
          line(
            span(` ${padEnd(t(language, 'meter'), columns.name)}`, 'muted'),
            span(printable(wallet.meter, 64)),
          ),
        ];
  return [
    line(
      span(` ${padEnd(t(language, 'address'), columns.name)}`, 'muted'),
      span(printable(wallet.address, 64)),
    ),
    ...meter,
  ];
}

/** The amount that is typed for a request, with its button. */
function requestLines({ overlay, language }: State): Line[] {
  if (overlay?.kind !== 'amount') return [];
  const title =
    overlay.request === 'ecoin'
      ? t(language, 'Request from the operator, in ecoin:')
      : t(language, 'Issue from the own meter, in kWh:');
  return [
    line(
      span(` ${title} `, 'focus'),
      span(
        padStart(`${overlay.text}${overlay.isOnConfirm ? ' ' : '_'}`, 11),
        overlay.isOnConfirm ? 'field' : 'buttonFocus',
      ),
      span('  '),
      confirmSpan(overlay.isOnConfirm, language),
    ),
    line(),
  ];
}

/** The screen, exactly as large as its box. */
export function walletScreen(state: State, { width, height }: Box, glyphs: Glyphs): Line[] {
  const { language, isReadOnly } = state;
  const title = line(span(` ${t(language, 'WALLET')}`, 'focus'));
  if (isReadOnly) {
    const none = line(span(` ${t(language, 'read-only: no account, no wallet')}`, 'muted'));
    return block([title, none], width, height);
  }
  return block(
    [
      title,
      ...requestLines(state),
      ...balanceLines(state, glyphs),
      ...ecoinRequestLines(state, glyphs),
      line(),
      ...addressLines(state),
      line(),
      ...walletLines(state, glyphs),
    ],
    width,
    height,
  );
}
