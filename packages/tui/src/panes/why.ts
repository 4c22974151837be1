/** Why an order has not traded: the answer in a sentence, the facts below it, and the newest trades that went in front. */
import type { Box } from '../fold/layout.ts';
import { timeOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { factsOf, verdictText } from '../replay/story.ts';
import type { Telling } from '../replay/story.ts';
import { block, line, padEnd, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { countedIn, t } from '../text/language.ts';
import { priceText, timeText } from '../text/number.ts';
import { printable, widthOf } from '../text/printable.ts';

const titleColumns = 12;

/** A text in lines of at most so many cells, broken between words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (widthOf(longer) <= width || current === '') current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

/** All rows below the title; those that are scrolled away too. */
export function storyRows(state: State): Line[] {
  const { overlay, view, language, offsetMinutes, columns } = state;
  if (overlay?.kind !== 'why') return [];
  const { story } = overlay;
  const market = story === undefined ? undefined : view.markets.get(story.view.market);
  if (story === undefined || market === undefined) {
    return [line(span(` ${t(language, 'nobody has told what became of it')}`, 'muted'))];
  }
  const { instrument } = market;
  const telling: Telling = { instrument, language, offsetMinutes, at: timeOf(state) };
  const answer = wrapped(verdictText(story, telling), columns - 2).map((text) =>
    line(span(` ${text}`, 'focus')),
  );
  const facts = factsOf(story, telling).flatMap(({ title, text }) => {
    const [first = '', ...more] = wrapped(text, columns - titleColumns - 2);
    const head = line(
      span(` ${padEnd(title === undefined ? '' : t(language, title), titleColumns)}`, 'muted'),
      span(first),
    );
    return [head, ...more.map((rest) => line(span(`${' '.repeat(titleColumns + 1)}${rest}`)))];
  });
  const latest = story.latest.toReversed().map(({ trade, price, volume, at }) =>
    line(
      span(` ${padEnd('', titleColumns)}`),
      span(`${timeText(at / 1000, offsetMinutes)}  `, 'muted'),
      span(
        t(language, '{lots} at {price}', {
          lots: countedIn(language, volume, 'lot'),
          price: priceText(instrument, price),
        }),
      ),
      span(`  ${printable(trade, 12)}`, 'muted'),
    ),
  );
  const heading = line(span(` ${t(language, 'The newest trades in front of it')}`, 'title'));
  return [
    ...answer,
    line(),
    ...facts,
    ...(latest.length === 0 ? [] : [line(), heading, ...latest]),
  ];
}

/** The pane, exactly as large as its box. */
export function whyPane(state: State, { width, height }: Box): Line[] {
  const { overlay, view, language, offsetMinutes } = state;
  if (overlay?.kind !== 'why') return block([], width, height);
  const { story, order, scroll } = overlay;
  const market = story === undefined ? undefined : view.markets.get(story.view.market);
  const about =
    story === undefined || market === undefined
      ? []
      : [
          span(
            t(language, '{side} {lots} at {price}', {
              side: t(language, story.view.side),
              lots: countedIn(language, story.view.volume, 'lot'),
              price: priceText(market.instrument, story.view.price),
            }),
            story.view.side,
          ),
          span(
            `  ${t(language, 'placed at {time}', { time: timeText(story.view.placedAt / 1000, offsetMinutes) })}`,
            'muted',
          ),
        ];
  const title = line(
    span(` ${t(language, 'WHY')}  `, 'focus'),
    ...about,
    span(`  ${printable(order, 16)}`, 'muted'),
  );
  const rows = storyRows(state);
  return block([title, line(), ...rows.slice(Math.min(scroll, rows.length))], width, height);
}
