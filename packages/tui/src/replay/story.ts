/** The story of an order in sentences that a household understands. */
import { spellAt, verdictOf } from '@wattlot/core';
import type { OrderStory, Waiting } from '@wattlot/core';
import type { Instrument } from '@wattlot/client/frames';
import { countedIn, t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import { priceText, timeText } from '../text/number.ts';
import { cancelText } from '../text/words.ts';

/** What the words need to know beside the story. */
export interface Telling {
  readonly instrument: Instrument;
  readonly language: Language;
  readonly offsetMinutes: number;
  /** What time it is in the day, in milliseconds since 1970 UTC. */
  readonly at: number;
}

/** A fact with what it is about; without a title it goes on with what stands above. */
export interface Fact {
  readonly title?: Message;
  readonly text: string;
}

function clockOf({ offsetMinutes }: Telling, instant: number): string {
  return timeText(instant / 1000, offsetMinutes);
}

/** Why it waits now. */
function waitingText({ view }: OrderStory, waiting: Waiting, telling: Telling): string {
  const { instrument, language } = telling;
  const isBid = view.side === 'bid';
  const own = priceText(instrument, view.price);
  switch (waiting.kind) {
    case 'unsigned':
      return t(
        language,
        'Its wallet has not signed yet: until then it is on no book, and nobody can trade with it.',
      );
    case 'phase':
      return t(
        language,
        'The market matches nothing at present: every order waits until it trades again.',
      );
    case 'whole':
      return t(
        language,
        'It trades in full or not at all, and nobody has wanted all of it at its price.',
      );
    case 'outbid': {
      const price = priceText(instrument, waiting.price);
      return isBid
        ? t(language, 'Others pay more: bids up to {price} trade before it.', { price })
        : t(language, 'Others ask less: asks from {price} on trade before it.', { price });
    }
    case 'queue': {
      const lots = countedIn(language, waiting.lots, 'lot');
      return t(language, 'Others came earlier at its price: {lots} trade before it.', { lots });
    }
    case 'first':
      return isBid
        ? t(
            language,
            'It is first in line: the next who sells at {price} or lower trades with it.',
            { price: own },
          )
        : t(
            language,
            'It is first in line: the next who buys at {price} or higher trades with it.',
            { price: own },
          );
  }
}

/** Why it had waited until it ended. */
function waitedText({ view }: OrderStory, waiting: Waiting, telling: Telling): string {
  const { instrument, language } = telling;
  const isBid = view.side === 'bid';
  const own = priceText(instrument, view.price);
  switch (waiting.kind) {
    case 'unsigned':
      return t(language, 'Its wallet had not signed by then.');
    case 'phase':
      return t(language, 'The market matched nothing at that time.');
    case 'whole':
      return t(language, 'Nobody had wanted all of it at its price by then.');
    case 'outbid': {
      const price = priceText(instrument, waiting.price);
      return isBid
        ? t(language, 'Others paid more: bids up to {price} were in front.', { price })
        : t(language, 'Others asked less: asks from {price} on were in front.', { price });
    }
    case 'queue': {
      const lots = countedIn(language, waiting.lots, 'lot');
      return t(language, 'Others had come earlier at its price: {lots} were still in front.', {
        lots,
      });
    }
    case 'first':
      return isBid
        ? t(language, 'It was first in line, but nobody sold at {price} or lower.', { price: own })
        : t(language, 'It was first in line, but nobody bought at {price} or higher.', {
            price: own,
          });
  }
}

/** What it comes to, in a sentence or two. */
export function verdictText(story: OrderStory, telling: Telling): string {
  const verdict = verdictOf(story);
  const { language } = telling;
  if (verdict.kind === 'traded') return t(language, 'All of it traded.');
  if (verdict.kind === 'waits') return waitingText(story, verdict.waiting, telling);
  const ended = t(language, '{lots} never traded: {reason}.', {
    lots: countedIn(language, story.view.cancelled, 'lot'),
    reason: cancelText(verdict.reason, story.view, language),
  });
  return verdict.until === undefined
    ? ended
    : `${ended} ${waitedText(story, verdict.until, telling)}`;
}

/** `0.4 s`, `12 s`, `3 min`. */
function spanText(microseconds: number, language: Language): string {
  const seconds = microseconds / 1_000_000;
  if (seconds < 10) return t(language, '{n} s', { n: seconds.toFixed(1) });
  if (seconds < 600) return t(language, '{n} s', { n: Math.round(seconds) });
  return t(language, '{n} min', { n: Math.round(seconds / 60) });
}

function placeFact(story: OrderStory, telling: Telling): Fact[] {
  const { firm, sight, view } = story;
  const { language } = telling;
  if (firm === undefined) {
    const text = t(language, 'it never had one: it was never on the book');
    return view.whole ? [] : [{ title: 'place', text }];
  }
  const inFront = (lots: number): string =>
    lots === 0 ? t(language, 'nothing') : countedIn(language, lots, 'lot');
  const values = {
    time: clockOf(telling, firm.at),
    before: inFront(firm.ahead.lots),
    now: inFront(sight.queue?.lots ?? 0),
  };
  const text =
    sight.queue === undefined
      ? t(language, 'since {time}: {before} in front at its price then; it left the book', values)
      : view.status === 'done'
        ? t(language, 'since {time}: {before} in front at its price then, {now} at last', values)
        : t(language, 'since {time}: {before} in front at its price then, {now} now', values);
  const lost = t(language, 'it lost an earlier one: a new price, or more lots, begin at the back');
  return [{ title: 'place', text }, ...(firm.times > 1 ? [{ text: lost }] : [])];
}

function frontFacts(
  { better, front, withdrawn, returned, missed, view }: OrderStory,
  { language }: Telling,
): Fact[] {
  const lots = (n: number): string => countedIn(language, n, 'lot');
  const trades = (n: number): string => countedIn(language, n, 'trade');
  const texts = [
    better.trades > 0
      ? t(language, '{trades} at better prices: {lots}', {
          trades: trades(better.trades),
          lots: lots(better.lots),
        })
      : '',
    front.trades > 0
      ? t(language, '{trades} at its price, earlier in the queue: {lots}', {
          trades: trades(front.trades),
          lots: lots(front.lots),
        })
      : '',
    withdrawn > 0
      ? t(language, '{lots} in front were taken back without trading', { lots: lots(withdrawn) })
      : '',
    returned > 0
      ? t(language, '{lots} came back in front: a trade of theirs was not settled', {
          lots: lots(returned),
        })
      : '',
    missed.trades > 0
      ? t(language, '{lots} traded at its price or worse while its wallet had not signed', {
          lots: lots(missed.lots),
        })
      : '',
  ].filter((text) => text !== '');
  if (texts.length === 0 && !view.whole)
    texts.push(t(language, 'nothing has traded in front of it'));
  return texts.map((text, index) => (index === 0 ? { title: 'in front', text } : { text }));
}

function nearestFact({ nearest, view }: OrderStory, telling: Telling): Fact {
  const { instrument, language } = telling;
  const isBid = view.side === 'bid';
  if (nearest === undefined) {
    const text = isBid
      ? t(language, 'nobody has offered to sell since it came')
      : t(language, 'nobody has offered to buy since it came');
    return { title: 'other side', text };
  }
  const away = isBid ? nearest.price - view.price : view.price - nearest.price;
  const values = {
    price: priceText(instrument, nearest.price),
    away: priceText(instrument, Math.abs(away)),
    time: clockOf(telling, nearest.at),
  };
  const text =
    away > 0
      ? isBid
        ? t(language, 'at best it sold at {price}, {away} above, at {time}', values)
        : t(language, 'at best it bought at {price}, {away} below, at {time}', values)
      : nearest.isUnsigned
        ? t(language, 'it came to {price} at {time}, while the wallet had not signed', values)
        : t(language, 'it came to {price} at {time}', values);
  return { title: 'other side', text };
}

/** All that the story knows, a fact a row. */
export function factsOf(story: OrderStory, telling: Telling): readonly Fact[] {
  const { view, traded, unsigned, idle, losses } = story;
  const { language } = telling;
  const at = Math.round(telling.at * 1000);
  const instant = Number.isSafeInteger(at) ? at : 0;
  const waits = spellAt(unsigned, instant as typeof view.placedAt);
  const rests = spellAt(idle, instant as typeof view.placedAt);
  return [
    ...placeFact(story, telling),
    ...frontFacts(story, telling),
    nearestFact(story, telling),
    ...(waits > 0
      ? [
          {
            title: 'signing',
            text: t(language, 'it waited {span} for its wallet to sign', {
              span: spanText(waits, language),
            }),
          } as const,
        ]
      : []),
    ...(rests > 0
      ? [
          {
            title: 'market',
            text: t(language, 'for {span} of its time the market matched nothing', {
              span: spanText(rests, language),
            }),
          } as const,
        ]
      : []),
    {
      title: 'traded',
      text: t(language, '{n} of {lots}, in {trades}', {
        n: view.filled,
        lots: countedIn(language, view.volume, 'lot'),
        trades: countedIn(language, traded.trades, 'trade'),
      }),
    },
    ...losses.map(({ reason, volume, at: when }, index): Fact => ({
      ...(index === 0 ? { title: 'ended' } : {}),
      text: t(language, '{lots} at {time}: {reason}', {
        lots: countedIn(language, volume, 'lot'),
        time: clockOf(telling, when),
        reason: cancelText(reason, view, language),
      }),
    })),
  ];
}
