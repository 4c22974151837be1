/** The two rows at the bottom: what just happened, and which keys work here. */
import type { Binding } from '../keymap/binding.ts';
import { contextOf, cribOf } from '../keymap/index.ts';
import { shownNotice } from '../notices.ts';
import type { Notice, State } from '../state.ts';
import { fitLine, line, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { widthOf } from '../text/printable.ts';
import type { Role } from '../theme.ts';

const toneRoles: Readonly<Record<Notice['tone'], Role>> = {
  plain: 'text',
  good: 'good',
  bad: 'bad',
};

export function messageLine(state: State, width: number): Line {
  const notice = shownNotice(state);
  if (notice === undefined) return fitLine(line(), width);
  return fitLine(line(span(` ${notice.text}`, toneRoles[notice.tone])), width);
}

/** Always in the footer, whatever else has to give way. */
const lastIds: readonly string[] = ['help', 'ticket-help', 'quit'];

/** As many keys as fit, in the order of the table; help and quit always. */
export function cribLine(state: State, width: number): Line {
  const bindings = cribOf(contextOf(state));
  const last = bindings.filter(({ id }) => lastIds.includes(id));
  const cells = ({ label, cribLabel = label, crib = '' }: Binding): number =>
    widthOf(cribLabel) + widthOf(crib) + 3;
  let room = width - 1 - last.reduce((sum, one) => sum + cells(one), 0);
  const spans: Span[] = [span(' ')];
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
