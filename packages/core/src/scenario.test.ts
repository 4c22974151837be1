import { expect, test } from 'vitest';
import { knownOrders } from './known.ts';
import { queueOf, toAddress, toOrderId, toTradeId } from './index.ts';
import type { Event, OrderId } from './index.ts';
import { advance, createDriver, deliver, give, place, sure, symbol } from './testing/driver.ts';
import { terms, wait } from './testing/driver.ts';
import type { Driver } from './testing/driver.ts';

/*
 * A scenario is read from top to bottom. A book is drawn `bids | price | asks`, each price on a line, the oldest order nearest to the price;
 * `dora 4` is an order of dora's with 4 lots remaining. The first book is set up as drawn; every later one has to be what the core's book is. A line
 * `NAME does something` is given to the core, and the lines behind it that start with `→` are all that came of it, in order.
 */

interface Row {
  readonly price: number;
  readonly bids: readonly string[];
  readonly asks: readonly string[];
}

function parseQueue(cell: string): string[] {
  return cell === '' ? [] : cell.split(', ');
}

function parseRow(line: string): Row {
  const [bids = '', price = '', asks = ''] = line.split('|').map((cell) => cell.trim());
  return { price: Number(price), bids: parseQueue(bids).toReversed(), asks: parseQueue(asks) };
}

function bookOf({ state }: Driver): Row[] {
  const rows = new Map<number, { bids: string[]; asks: string[] }>();
  for (const side of ['ask', 'bid'] as const) {
    for (const { order, price, volume } of queueOf(state, symbol, side)) {
      const row = rows.get(price) ?? { bids: [], asks: [] };
      rows.set(price, row);
      const text = `${sure(state.orders.get(order)).participant.address} ${volume}`;
      if (side === 'ask') row.asks.push(text);
      else row.bids.push(text);
    }
  }
  return [...rows].map(([price, row]) => ({ price, ...row })).toSorted((a, b) => b.price - a.price);
}

/** What an event means to a reader of the scenario; nothing for what another line tells already. */
function tell(event: Event): string | undefined {
  if (event.kind === 'trade.made') {
    const { resting, incoming, price, lots } = event.trade;
    const named = lots.map(({ lot }) => lot).join(' ');
    return `${incoming.participant} takes lots ${named} of ${resting.participant} at ${price}`;
  }
  if (event.kind === 'order.opened') {
    return `${event.view.participant} rests with ${event.view.remaining}`;
  }
  if (event.kind === 'order.cancelled') {
    return `${event.view.participant} loses ${event.volume}: ${event.reason}`;
  }
  if (event.kind === 'offers.requested') {
    return `${event.view.participant} is asked for lots ${event.lots.join(' ')}`;
  }
  if (event.kind === 'trade.updated') {
    const { trade, final } = event;
    const lots = trade.lots.map(({ lot, state }) => `${lot} ${state}`).join(', ');
    return `${trade.trade}: ${lots}${final ? ', final' : ''}`;
  }
  if (event.kind === 'phase.changed') return `the market is ${event.phase}`;
  return event.kind === 'refused' ? `refused: ${event.code}` : undefined;
}

function lastOrder({ state }: Driver, name: string): OrderId {
  const own = [...knownOrders(state)].filter(({ participant }) => participant.address === name);
  return sure(own.at(-1)).id;
}

const action =
  /^(?<name>\w+) (?:(?<side>bids|asks) (?<volume>\d+) at (?<price>\d+)(?<how>.*)|(?<verb>.+))$/;

function act(driver: Driver, line: string): readonly Event[] {
  const { name = '', side, volume, price, how = '', verb } = action.exec(line)?.groups ?? {};
  if (side !== undefined) {
    return place(driver, {
      participant: name,
      side: side.slice(0, -1),
      volume: Number(volume),
      price: Number(price),
      timeInForce: how.includes('ioc') ? 'ioc' : 'gtc',
      postOnly: how.includes('post only'),
    });
  }
  const [what = '', named, ...lots] = sure(verb).split(' ');
  const order = (): OrderId => toOrderId(named) ?? lastOrder(driver, name);
  const acts: Readonly<Record<string, () => readonly Event[]>> = {
    delivers: () => deliver(driver, order()),
    cancels: () =>
      give(driver, { kind: 'order.cancel', participant: name, order: lastOrder(driver, name) }),
    submits: () =>
      give(driver, {
        kind: 'settlement.submit',
        participant: name,
        trade: named,
        lots: lots.map((lot) => ({ lot: Number(lot), txid: 'ab'.repeat(32) })),
      }),
    spends: () =>
      advance(driver, { lost: lots.map((lot) => ({ order: order(), lot: Number(lot) })) }),
    settles: () => {
      const trade = sure(toTradeId(named));
      return advance(driver, { settled: lots.map((lot) => ({ trade, lot: Number(lot) })) });
    },
    passes: () => {
      wait(driver, Number(named) * 1_000_000);
      return give(driver, { kind: 'time.tick' });
    },
  };
  return sure(acts[what])();
}

function setUp(driver: Driver, rows: readonly Row[]): void {
  for (const { price, bids, asks } of rows) {
    for (const [side, queue] of [['bid', bids] as const, ['ask', asks] as const]) {
      for (const text of queue) {
        const [participant = '', volume] = text.split(' ');
        place(driver, { participant, side, price, volume: Number(volume) });
        deliver(driver, lastOrder(driver, participant));
      }
    }
  }
}

function play(text: string, more: object = {}): void {
  const driver = createDriver();
  give(driver, { kind: 'market.open', terms: { ...terms, ...more } });
  const names = [...new Set(text.match(/\b[a-z]+(?= (?:\d|bids|asks))/g))].flatMap(
    (name) => toAddress(name) ?? [],
  );
  for (const participant of names) {
    give(driver, { kind: 'participant.admit', participant, name: participant });
  }
  const funds = { energy: 1_000, ecoin: 100_000 };
  advance(driver, {
    moves: names.flatMap((address) =>
      Object.entries(funds).map(([asset, amount]) => ({ address, asset, amount })),
    ),
  });
  let drawing: Row[] = [];
  let told: string[] = [];
  let ready = false;
  const finishDrawing = (): void => {
    if (!ready) setUp(driver, drawing);
    if (!ready || drawing.length > 0) expect(bookOf(driver)).toEqual(drawing);
    drawing = [];
    ready = true;
  };
  for (const line of [...text.split('\n').map((part) => part.trim()), '']) {
    if (line.includes('|')) drawing.push(parseRow(line));
    else if (line.startsWith('→')) expect([line.slice(2)]).toEqual([told.shift()]);
    else if (line !== '') {
      finishDrawing();
      expect(told).toEqual([]);
      const events = act(driver, line);
      told = events.flatMap((event) => tell(event) ?? []);
    }
  }
  finishDrawing();
  expect(told).toEqual([]);
}

test('a bid takes the cheapest ask first, then the older of two at a price, at their prices', () => {
  play(`
             | 102 | carol 5
             | 101 | alice 3, bob 2
      dora 4 |  99 |
    erik bids 6 at 102
    → erik takes lots 0 1 2 of alice at 101
    → erik takes lots 0 1 of bob at 101
    → erik takes lots 0 of carol at 102
             | 102 | carol 4
      dora 4 |  99 |
  `);
});

test('an ask takes the dearest bid first, then the older of two at a price, and rests with what is left', () => {
  play(`
                      | 103 | carol 5
      bob 2, alice 3  | 101 |
      dora 4          |  99 |
    erik asks 7 at 100
    → erik takes lots 0 1 2 of alice at 101
    → erik takes lots 0 1 of bob at 101
    → erik is asked for lots 0 1
    erik delivers
    → erik rests with 2
                      | 103 | carol 5
                      | 100 | erik 2
      dora 4          |  99 |
  `);
});

test('a resting order gives its lowest lots first and keeps its place', () => {
  play(`
      | 101 | alice 5, bob 2
    erik bids 2 at 101
    → erik takes lots 0 1 of alice at 101
      | 101 | alice 3, bob 2
    erik bids 2 at 101
    → erik takes lots 2 3 of alice at 101
      | 101 | alice 1, bob 2
  `);
});

test('an order gets its place when its offers come, not when it was placed', () => {
  play(`
      | 105 | dora 1
    alice asks 1 at 101
    → alice is asked for lots 0
    bob asks 1 at 101
    → bob is asked for lots 0
    bob delivers
    → bob rests with 1
    alice delivers
    → alice rests with 1
      | 105 | dora 1
      | 101 | bob 1, alice 1
  `);
});

test('a pending order cannot be hit, and trades with what came in the meantime when its offers come', () => {
  play(`
      | 105 | dora 1
    alice asks 4 at 101
    → alice is asked for lots 0 1 2 3
    bob bids 3 at 103
    → bob is asked for lots 0 1 2
    bob delivers
    → bob rests with 3
            | 105 | dora 1
      bob 3 | 103 |
    alice delivers
    → alice takes lots 0 1 2 of bob at 103
    → alice rests with 1
            | 105 | dora 1
            | 101 | alice 1
  `);
});

test('an ioc order cancels what it cannot trade at once', () => {
  play(`
      | 101 | alice 2
      | 100 | bob 1
    erik bids 5 at 100 ioc
    → erik takes lots 0 of bob at 100
    → erik loses 4: not_filled_at_once
    erik bids 1 at 99 ioc
    → erik loses 1: not_filled_at_once
      | 101 | alice 2
  `);
});

test('a post-only order never takes: it is refused, or cancelled when the book came to it while it was pending', () => {
  play(`
      | 101 | alice 2
    erik bids 1 at 101 post only
    → refused: would_trade
    erik bids 1 at 100 post only
    → erik is asked for lots 0
    bob asks 1 at 100
    → bob is asked for lots 0
    bob delivers
    → bob rests with 1
    erik delivers
    → erik loses 1: would_trade
      | 101 | alice 2
      | 100 | bob 1
  `);
});

test('nobody trades with himself: what remains of the incoming order is cancelled', () => {
  play(`
      | 102 | alice 2
      | 101 | bob 1
    bob bids 5 at 105
    → bob loses 5: self_trade
    alice bids 5 at 105
    → alice takes lots 0 of bob at 101
    → alice loses 4: self_trade
      | 102 | alice 2
  `);
});

test('nobody trades with himself when his offers come either', () => {
  play(`
      | 105 | dora 1
    alice asks 2 at 101
    → alice is asked for lots 0 1
    alice bids 1 at 103
    → alice is asked for lots 0
    alice delivers O3
    → alice rests with 1
    alice delivers O2
    → alice loses 2: self_trade
              | 105 | dora 1
      alice 1 | 103 |
  `);
});

test('offers that do not come in time cancel the order, at the deadline and not before', () => {
  play(`
      | 105 | dora 1
    alice asks 2 at 101
    → alice is asked for lots 0 1
    time passes 0.5
    time passes 0.5
    → alice loses 2: offers_late
      | 105 | dora 1
  `);
});

test('a cancelled order gives up its place; what it traded settles on', () => {
  play(`
      | 101 | alice 5, bob 2
    erik bids 2 at 101
    → erik takes lots 0 1 of alice at 101
    alice cancels
    → alice loses 3: requested
      | 101 | bob 2
    ledger settles T1 0 1
    → T1: 0 settled, 1 settled, final
      | 101 | bob 2
  `);
});

test('a trade settles lot by lot, as the ledger says and never before', () => {
  play(`
      | 101 | alice 3
    erik bids 3 at 101
    → erik takes lots 0 1 2 of alice at 101
    erik submits T1 0 1
    → T1: 0 submitted, 1 submitted, 2 requested
    ledger settles T1 1
    → T1: 0 submitted, 1 settled, 2 requested
    time passes 5
    → T1: 0 overdue, 1 settled, 2 overdue
    erik submits T1 2
    → T1: 0 overdue, 1 settled, 2 overdue
    erik submits T1 1
    → refused: lot_not_due
    ledger settles T1 0 2
    → T1: 0 settled, 1 settled, 2 settled, final
  `);
});

test('a lot whose output is spent leaves the book, and the next one trades in its stead', () => {
  play(`
      | 101 | alice 4
    alice spends lots 0 2
    → alice loses 2: output_spent
      | 101 | alice 2
    erik bids 2 at 101
    → erik takes lots 1 3 of alice at 101
  `);
});

test('a matched lot whose output is spent otherwise is released, for both sides', () => {
  play(`
      | 101 | alice 4
    erik bids 2 at 101
    → erik takes lots 0 1 of alice at 101
    alice spends lots 1 2
    → T1: 0 requested, 1 released
    → alice loses 2: output_spent
    → erik loses 1: output_spent
      | 101 | alice 1
    ledger settles T1 0
    → T1: 0 settled, 1 released, final
      | 101 | alice 1
  `);
});

test('at its gate a market closes: what rests is cancelled, what is matched settles on', () => {
  const delivery = { from: 5_000_000, to: 6_000_000, gate: 3_000_000 };
  play(
    `
            | 101 | alice 3
      bob 1 |  99 |
    erik bids 1 at 101
    → erik takes lots 0 of alice at 101
    time passes 1
            | 101 | alice 2
      bob 1 |  99 |
    time passes 1
    → the market is closed
    → alice loses 2: market_closed
    → bob loses 1: market_closed
    erik bids 1 at 101
    → refused: phase_forbids
    erik settles T1 0
    → T1: 0 settled, final
  `,
    { delivery },
  );
});
