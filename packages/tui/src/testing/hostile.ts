/** An exchange whose every text is an attack on the terminal: for a test through a real pty. Nothing between it and the screen has checked a text. */
import type { ClientEvent, ExchangeClient } from '@wattlot/client';
import type { MarketSymbol, OrderId } from '@wattlot/core';
import { book, instrument, live, ownOrder, ownTrade, trade } from './market.ts';
import { scriptedClient } from './scripted-client.ts';

/** What a terminal must never be given: each ends in a word that shows where it came out. */
export const hostileTexts: readonly string[] = [
  '\u001b]52;c;aGFja2Vk\u0007clipboard',
  '\u001b]0;owned\u0007title',
  '\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\',
  '\u001b[2J\u001b[H\u001b[31mclear',
  '\u001b[?1049l\u001b[?25hmodes',
  '\u001bc\u001b#8reset',
  '\u001bP$q"p\u001b\\\u001b_apc\u001b\\strings',
  '\u009b2J\u009d0;owned\u009cc1',
  '\u007f\b\b\b\r\n\tdelete',
  '\u202e\u2066\u200f\u061cbidi',
  '👩\u200d👩\u200d👧\ufe0f🇰🇷emoji',
  `z${'\u0301\u0336\u0489'.repeat(40)}storm`,
  '한국전력'.repeat(60),
  '\ud800\udfff\udc00lone',
  '\u0000\u0001\u000e\u000fcontrols',
  'ᄒ\u1161\u11ab jamo \ufff9\uffa0fill',
];

/** What it says of itself, text by text. */
function eventsOf(text: string, index: number): readonly ClientEvent[] {
  const symbol = `${index}${text}` as MarketSymbol;
  const market = { ...instrument, symbol, base: text, quote: text };
  const own = ownTrade(index + 1, 150, 2, 'submitted');
  const lots = own.lots.map((lot) => ({ ...lot, lot: text, txid: text as never }));
  const order = ownOrder(index + 1, 'bid', 5, 150, {
    symbol,
    order: text as OrderId,
    filled: 2,
    cancelled: 3,
    status: 'done',
    trades: [{ ...own, lots, trade: text as never }],
  });
  return [
    { kind: 'instruments', instruments: [market] },
    { kind: 'book', book: { ...book([[149, 3]], [[151, 4]]), symbol } },
    { kind: 'trades', snapshot: false, trades: [{ ...trade(index + 1, 'bid', 150, 2), symbol }] },
    { kind: 'orders', snapshot: false, orders: [order] },
    { kind: 'connection', state: 'stale', reason: text },
    live,
  ];
}

/** The client, and what makes it speak: all events of one text a call, round and round. Every order is refused with the text spoken last. */
export function hostileExchange(): { readonly client: ExchangeClient; readonly speak: () => void } {
  let spoken = 0;
  const textAt = (index: number): string => hostileTexts[index % hostileTexts.length] ?? '';
  const script = scriptedClient({
    onPlace: () => Promise.resolve({ kind: 'no', error: textAt(spoken) }),
    onCancel: () => Promise.resolve({ kind: 'unknown', reason: textAt(spoken) }),
  });
  return {
    client: script.client,
    speak: () => {
      script.say(...eventsOf(textAt(spoken), spoken % hostileTexts.length));
      spoken += 1;
    },
  };
}
