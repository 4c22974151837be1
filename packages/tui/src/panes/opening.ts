/** The form in which the operator opens a market: its fields, what they come to or what is wrong with them, and [Confirm]. */
import { countdownText } from '../market/gate.ts';
import { contextOfOpening } from '../operator/act-opening.ts';
import { readOpening, textIn } from '../operator/opening.ts';
import type { NewMarket, Opening, OpeningContext, OpeningField } from '../operator/opening.ts';
import { localText } from '../operator/local-time.ts';
import type { State } from '../fold/state.ts';
import { fitLine, line, padEnd, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { printable } from '../text/printable.ts';
import { confirmSpan } from './confirm.ts';

const labelColumns = 16;
const timeColumns = 13;
const symbolColumns = 30;

function fieldSpans(
  opening: Opening,
  { field, label, columns }: { field: OpeningField; label: Message; columns: number },
  context: OpeningContext,
): Span[] {
  const isFocus = opening.field === field;
  const text = textIn(opening, field, context);
  // The end of what is typed stays in sight.
  const shown = [...`${printable(text)}${isFocus ? '_' : ''}`].slice(-columns).join('');
  return [
    span(` ${padEnd(t(context.language, label), labelColumns)}`, 'muted'),
    span(padEnd(shown, columns), isFocus ? 'buttonFocus' : 'field'),
  ];
}

/** What will be opened, in a sentence. */
function saying({ delivery }: NewMarket, { now, offsetMinutes, language }: OpeningContext): string {
  if (delivery === undefined) {
    return t(language, 'without a delivery: traded until the operator closes it');
  }
  const { from, to, gate } = delivery;
  const year = (micros: number): string =>
    String(new Date(micros / 1000 + offsetMinutes * 60_000).getUTCFullYear());
  return t(language, '{from} to {to}, traded until {gate}: for {time} from now', {
    from: `${year(from)}-${localText(from / 1000, offsetMinutes)}`,
    to: localText(to / 1000, offsetMinutes),
    gate: localText(gate / 1000, offsetMinutes),
    time: countdownText(gate / 1000 - now, language),
  });
}

/** The form's rows, the blank one below it included; none while it is not open. */
export function openingLines(state: State, width: number): Line[] {
  const { overlay, language } = state;
  const context = contextOfOpening(state);
  if (overlay?.kind !== 'opening' || context === undefined) return [];
  const { opening } = overlay;
  const { problem, market } = readOpening(opening, context);
  const like = t(language, 'lots, prices and limits as in {market}', {
    market: printable(context.like, 24),
  });
  const isFocus = opening.field === 'confirm';
  const ready = problem === undefined ? 'Enter opens it' : 'cannot be opened yet';
  const hint = t(language, isFocus ? ready : 'Tab, then Enter');
  const verdict =
    market === undefined
      ? span(` ! ${problem?.text ?? ''}`, 'bad')
      : span(` ${saying(market, context)}`, 'muted');
  const time = { columns: timeColumns };
  return [
    line(span(` ${t(language, 'OPEN A MARKET')}`, 'focus'), span(`   ${like}`, 'muted')),
    line(
      ...fieldSpans(opening, { field: 'from', label: 'delivered from', ...time }, context),
      ...fieldSpans(opening, { field: 'to', label: 'delivered until', ...time }, context),
    ),
    line(
      ...fieldSpans(opening, { field: 'gate', label: 'traded until', ...time }, context),
      ...fieldSpans(opening, { field: 'symbol', label: 'name', columns: symbolColumns }, context),
    ),
    line(verdict),
    line(span(' '), confirmSpan(isFocus, language), span(`  ${hint}`, 'muted')),
    line(),
  ].map((one) => fitLine(one, width));
}
