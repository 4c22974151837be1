/** What a household does at its terminal, key by key, with a real exchange: sells, cancels, and is cut off while an order is on its way. */
import { join } from 'node:path';
import { openOperator } from '@wattlot/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PtyScreen } from './pty-screen.ts';
import { meddled, TerminalMarket } from './terminal-market.ts';

let market: TerminalMarket;
beforeEach(async () => {
  market = await TerminalMarket.open();
});
afterEach(async () => {
  await market.close();
});

const isOpen = ({ status }: { readonly status: string }): boolean => status === 'open';

/** Asks ten lots at the cursor, which rests: from the empty book's middle, 500. */
function askTen(screen: PtyScreen): void {
  screen.press('s\t\r');
}

/** Opens the list of one's orders and waits until it has exactly these rows, newest first. */
async function untilOrdersAre(screen: PtyScreen, rows: readonly RegExp[]): Promise<void> {
  screen.press('3');
  const empty = 'MY ORDERS\n no orders yet';
  const isRow = (row: string): boolean => / KWH\/ECOIN +(?:ask|bid) +\d/.test(row);
  await screen.until((text) => {
    if (rows.length === 0) return text.includes(empty);
    const shown = text.split('\n').filter(isRow);
    return shown.length === rows.length && rows.every((row, at) => row.test(shown[at] ?? ''));
  }, 0);
}

/** Stops the exchange as if its machine had frozen, confirms an order and kills the exchange: it has never seen the order. */
async function killWhileSending(screen: PtyScreen): Promise<void> {
  process.kill(market.server.pid, 'SIGSTOP');
  market.proxy.longest = 0;
  askTen(screen);
  await screen.until((text) => text.includes('sending…'), 0);
  // What never left the client is not asked again. A ping is short: this is the order.
  await vi.waitUntil(() => market.proxy.longest > 150, { timeout: 50_000 });
  await market.server.kill();
  await screen.until((text) => text.includes('No answer'), 0);
  await screen.until((text) => text.includes('no answer yet; asked again'), 0);
}

describe('a household at its terminal', () => {
  it('sells to the best bid: the order trades, settles, and is paid', async () => {
    const neighbour = await market.neighbour();
    const screen = await market.household();
    await neighbour.place({ side: 'bid', price: 480, lots: 25 }, isOpen);
    await screen.until((text) => /25 +480/.test(text), 0);
    screen.press('S');
    await screen.until((text) => text.includes('ASK: you sell'), 0);
    screen.press('\t\r');
    await screen.until(
      (text) => /Settled all 10 lots of your ask: 48\.00 ecoin, .* tx [0-9a-f]{8}/.test(text),
      0,
    );
    await screen.until((text) => /kWh 4\.900 +ecoin 1048\.00/.test(text), 0);
    expect(await market.book()).toMatchObject({ bids: [[480, 0.15]], asks: [] });
  });

  it('cancels the one order at its cursor by x, and the others stay', async () => {
    const screen = await market.household();
    askTen(screen);
    await screen.until((text) => text.includes('On the book: ask 10 lots at 500'), 0);
    screen.press('ks\t\r');
    await screen.until((text) => text.includes('On the book: ask 10 lots at 501'), 0);
    screen.press('x');
    await screen.until(
      (text) => text.includes('Cancelled 10 lots of your ask at 501: as you asked'),
      0,
    );
    expect(await market.book()).toMatchObject({ bids: [], asks: [[500, 0.1]] });
  });
});

describe('a connection that is lost between Confirm and the answer', () => {
  it('cut inside the order: asked again, it is on the book once', async () => {
    const screen = await market.household();
    // A ping is short: what is cut here is the order.
    market.proxy.arm({ direction: 'up', afterBytes: 150, how: 'end' });
    askTen(screen);
    await screen.until((text) => text.includes('No answer'), 0);
    await screen.until((text) => text.includes('On the book: ask 10 lots at 500'), 0);
    await screen.until((text) => text.includes('LIVE') && !text.includes('ASK: you sell'), 0);
    expect(market.proxy.hurt).toBe(1);
    expect(await market.book()).toMatchObject({ bids: [], asks: [[500, 0.1]] });
    await untilOrdersAre(screen, [/ask .*0\/10/]);
  });

  it('cut before the answer of an order that traded: told once it is back, and it traded once', async () => {
    const neighbour = await market.neighbour();
    const screen = await market.household();
    const ask = await neighbour.place({ side: 'ask', price: 500, lots: 25 }, isOpen);
    await screen.until((text) => /500 +25/.test(text), 0);
    market.proxy.arm({ direction: 'down', afterBytes: 1, how: 'deaf' });
    screen.press('B\t\r');
    await neighbour.until(ask, ({ filled }) => filled > 0);
    market.proxy.arm({ direction: 'up', afterBytes: 0, how: 'end' });
    await screen.until((text) => /Settled all 10 lots of your bid: 50\.00 ecoin/.test(text), 0);
    await screen.until((text) => /LIVE[^]*kWh 5\.100 +ecoin 950\.00/.test(text), 0);
    expect(screen.text()).not.toContain('BID: you buy');
    await neighbour.until(ask, ({ filled }) => filled === 10);
    expect(await market.book()).toMatchObject({ bids: [], asks: [[500, 0.15]] });
    await untilOrdersAre(screen, [/bid .*10\/10/]);
  });

  it('killed and started again: the order is on the book once', async () => {
    const screen = await market.household();
    await killWhileSending(screen);
    await market.restart();
    await screen.until((text) => text.includes('On the book: ask 10 lots at 500'), 0);
    await screen.until((text) => text.includes('LIVE') && !text.includes('ASK: you sell'), 0);
    expect(await market.book()).toMatchObject({ bids: [], asks: [[500, 0.1]] });
    await untilOrdersAre(screen, [/ask .*0\/10/]);
  });

  it('away for longer than a minute: it says that the order is not on the book, and sends it no more', async () => {
    const screen = await market.household(meddled('a minute later'));
    await killWhileSending(screen);
    process.kill(screen.pid, 'SIGUSR2');
    await market.restart();
    await screen.until((text) => text.includes('Not on the book: too long ago'), 0);
    await screen.until((text) => text.includes('Esc; look at your orders'), 0);
    // Enter sends nothing, and only another ticket makes another order.
    screen.press('\r\u001b');
    await screen.until((text) => !text.includes('ASK: you sell'), 0);
    await untilOrdersAre(screen, []);
    expect(await market.book()).toMatchObject({ bids: [], asks: [] });
    screen.press('2');
    await screen.until((text) => text.includes('LADDER'), 0);
    askTen(screen);
    await screen.until((text) => text.includes('On the book: ask 10 lots at 500'), 0);
    expect(await market.book()).toMatchObject({ bids: [], asks: [[500, 0.1]] });
  });

  it('a market that was halted meanwhile: the ticket says that it was refused, and why', async () => {
    const screen = await market.household();
    await killWhileSending(screen);
    const elsewhere = await market.restart(0);
    const keyFile = join(market.folder, 'exchange', 'operator.key');
    const operator = await openOperator({ url: elsewhere.url, keyFile });
    const halted = { symbol: 'KWH/ECOIN', phase: 'halted' } as const;
    expect(await operator.ask('set_phase', halted)).toMatchObject({ kind: 'yes' });
    await operator.close();
    // Only now is it where the household looks for it.
    market.proxy.target = elsewhere.url;
    await screen.until((text) => text.includes('Refused: the market does not take this'), 0);
    await screen.until((text) => text.includes('! the market is halted'), 0);
    screen.press('\u001b');
    await screen.until((text) => !text.includes('ASK: you sell'), 0);
    await untilOrdersAre(screen, []);
    expect(await market.book()).toMatchObject({ bids: [], asks: [] });
  });
});
