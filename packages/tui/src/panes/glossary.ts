/** The words of the market and of this program, in a line each, for the help. */
import { t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';

/** `isName`: stays as it is in every language. */
interface Entry {
  readonly term: string;
  readonly text: Message;
}

function named(term: string, text: Message): Entry & { readonly isName: true } {
  return { term, text, isName: true };
}

function word(term: Message, text: Message): Entry & { readonly isName: false; term: Message } {
  return { term, text, isName: false };
}

const signs = [
  named('20*', 'your lots on the book at that price'),
  named('20~', 'your lots while the wallet signs their offers'),
  named('20*+12', '12 lots of others stand in front of yours at that price'),
];

const words = [
  word('bid', 'an order to buy, at its price or lower'),
  word('ask', 'an order to sell, at its price or higher'),
  word('lift', 'to buy at once, at the best ask'),
  word('hit', 'to sell at once, at the best bid'),
  word('lot', 'the smallest volume; each settles whole on the ledger'),
  word('book', 'all orders that wait: the best price first, then the earliest'),
  word('spread', 'from the best bid to the best ask; mid is half way between'),
  named('gtc', 'good till cancelled: waits until it is filled or cancelled'),
  named('gtd', 'good till a time of day, then it is cancelled'),
  named('IOC', 'immediate or cancel: trades what it can at once, the rest goes'),
  named('FOK', 'fill or kill: all of it at once, or nothing'),
  word('all-or-none', 'waits beside the book and trades in full or not'),
  named('post-only', 'only ever waits: refused if it would trade at once'),
  word('gate', 'when a market takes no more orders, before its delivery'),
  word('settle', 'lots and ecoin change hands on the ledger, for good'),
  word('overdue', 'not settled in time: the ledger decides what becomes of it'),
  word('cut short', 'part of the order settled, its rest was cancelled'),
  named('SAFE', 'nothing is sent but by Enter on [Confirm]'),
  named('ARMED', 'b s B S send at once; ends by itself, with A, and when not LIVE'),
  named('LIVE', 'what is shown is proven current'),
  named('WAIT', 'something has yet to come: the market, or the operator’s leave'),
  named('STALE', 'what is shown may be old; the connection is tried again'),
];

/** A term as it is shown, and what it means. */
export interface Explained {
  readonly term: string;
  readonly text: string;
}

/** What is explained, of what holds `filter` in either language. `isAbout`: one of the words is what is looked for. */
export function explained(
  filter: string,
  language: Language,
): {
  readonly signs: readonly Explained[];
  readonly words: readonly Explained[];
  readonly isAbout: boolean;
} {
  const wanted = filter.trim().toLowerCase();
  const of = (
    entry: (typeof words)[number] | (typeof signs)[number],
  ): Explained & {
    readonly terms: readonly string[];
  } => {
    const term = entry.isName ? entry.term : t(language, entry.term);
    return {
      term,
      text: t(language, entry.text),
      terms: [entry.term.toLowerCase(), term.toLowerCase()],
    };
  };
  const found = (entries: readonly ((typeof words)[number] | (typeof signs)[number])[]) =>
    entries
      .map(of)
      .filter(
        ({ terms, text }) =>
          terms.some((one) => one.includes(wanted)) || text.toLowerCase().includes(wanted),
      );
  const shown = found(words);
  return {
    signs: found(signs),
    words: shown,
    isAbout: wanted !== '' && shown.some(({ terms }) => terms.includes(wanted)),
  };
}
