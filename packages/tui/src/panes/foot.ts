/** The two rows at the bottom: what just happened, and which keys work here. */
import type { Binding } from '../keymap/binding.ts';
import { contextOf, cribOf } from '../keymap/index.ts';
import { shownNotice } from '../notices.ts';
import type { Notice, State } from '../state.ts';
import { fitLine, line, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { widthOf } from '../text/printable.ts';
import { listedOrders } from '../view.ts';
import { settlementOf } from '../words.ts';
import type { Role } from '../theme.ts';

const toneRoles: Readonly<Record<Notice['tone'], Role>> = {
  plain: 'text',
  good: 'good',
  bad: 'bad',
};

/** The whole transaction id of the selected order's newest settlement. */
function txidLine({ pane, overlay, symbol, view, selected }: State): Line {
  if (pane !== 'orders' || overlay !== undefined || symbol === undefined) return line();
  const listed = listedOrders(view, symbol);
  const order = listed.find(({ order: id }) => id === selected) ?? listed[0];
  const txid = order === undefined ? undefined : settlementOf(order).txid;
  return txid === undefined ? line() : line(span(' tx ', 'muted'), span(txid));
}

/** The newest message; when there is none, what there is more to know about the selected order. */
export function messageLine(state: State, width: number): Line {
  const notice = shownNotice(state);
  if (notice === undefined) return fitLine(txidLine(state), width);
  return fitLine(line(span(` ${notice.text}`, toneRoles[notice.tone])), width);
}

/** Always in the footer, whatever else has to give way. */
const lastIds: readonly string[] = ['help', 'ticket-help', 'quit'];

/** Of no use without an account. */
const orderIds: readonly string[] = ['bid', 'ask', 'lift', 'hit', 'cancel', 'cancel-all', 'larger'];

/** As many keys as fit, in the order of the table; help and quit always. */
export function cribLine(state: State, width: number): Line {
  const context = contextOf(state);
  const isWatching = state.isReadOnly && context === 'market';
  const bindings = cribOf(context).filter(({ id }) => !isWatching || !orderIds.includes(id));
  const last = bindings.filter(({ id }) => lastIds.includes(id));
  const cells = ({ label, cribLabel = label, crib = '' }: Binding): number =>
    widthOf(cribLabel) + widthOf(crib) + 3;
  const reason = isWatching ? 'b s x: off, read-only  ' : '';
  let room = width - 1 - widthOf(reason) - last.reduce((sum, one) => sum + cells(one), 0);
  const spans: Span[] = [span(' '), span(reason, 'muted')];
  for (const binding of [...bindings.filter((one) => !last.includes(one)), ...last]) {
    if (!last.includes(binding)) {
      if (cells(binding) > room) continue;
      room -= cells(binding);
    }
    spans.push(
      span(binding.cribLabel ?? binding.label, 'key'),
      span(` ${binding.crib ?? ''}  `, 'muted'),
    );
  }
  return fitLine({ spans }, width);
}
