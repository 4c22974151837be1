import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { childOf } from './processes.ts';
import { PtyScreen } from './pty-screen.ts';
import { emptyFolder } from './run-wattlot.ts';

const main = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));

function isLive(text: string): boolean {
  return text.includes('LIVE') && text.includes('spread');
}

describe('the terminal over a running market', () => {
  it('shows every screen of a real account: markets, orders with lots, the wallet on the ledger, the log', async () => {
    const { folder, remove } = await emptyFolder();
    const args = [main, 'up', '--port', '0', '--data', folder];
    const screen = new PtyScreen({ columns: 120, rows: 40 }, process.execPath, args);
    try {
      await screen.until((text) => isLive(text) && text.includes('ecoin 1000.00'), 0);
      screen.press('1');
      await screen.until((text) => /MARKETS[^]*KWH\/ECOIN .*\d/.test(text), 0);
      await screen.until((text) => /CHART {2}\d+ s a column/.test(text), 0);
      screen.press('4');
      // 5 kWh and 1,000 ecoin on the ledger, with the block they were seen in.
      await screen.until((text) => /OUTPUTS on the ledger +\d+ unspent, block \d+/.test(text), 0);
      await screen.until((text) => /\d+ × +1000\.00 ecoin +free/.test(text), 0);
      // Far from the market, so that it rests: ten lots on offer for it.
      screen.press('2gkkkkkkkkkks\t\r');
      await screen.until((text) => /ask +\d+ +0\/10 .* \d+ ahead/.test(text), 0);
      screen.press('3');
      await screen.until((text) => text.includes('LOTS of O'), 0);
      screen.press('4');
      await screen.until((text) => /10 × +0\.010 kWh +on offer for an order/.test(text), 0);
      screen.press('5/on the book\r');
      await screen.until(
        (text) => /LOG {3}\/on the book[^]*mine +On the book: ask 10 lots/.test(text),
        0,
      );
      screen.press('X');
      await screen.until((text) => text.includes('as you asked'), 0);
      screen.press('q');
      expect(await screen.ended).toBe(0);
    } finally {
      await screen.end('SIGKILL').catch(() => undefined);
      await remove();
    }
  });

  it('says file, line and what is allowed of an unreadable settings or key file, and leaves the terminal alone', async () => {
    const { folder, remove } = await emptyFolder();
    try {
      const mistakes = [
        ['terminal.conf', 'lang = ko\ntheme = pink\n', 'terminal.conf:2: theme cannot be "pink"'],
        ['keys.conf', 'bid = s\n', 'keys.conf:1: s would be the key of bid and of ask'],
      ] as const;
      for (const [file, content, message] of mistakes) {
        await writeFile(join(folder, file), content);
        const args = [main, 'trade', '--data', folder, '--readonly'];
        const screen = new PtyScreen({ columns: 200, rows: 10 }, process.execPath, args);
        const code = await screen.ended;
        await screen.until((text) => text.includes(message), 0);
        expect(code).toBe(2);
        expect(screen.isFullScreen).toBe(false);
        await rm(join(folder, file));
      }
    } finally {
      await remove();
    }
  });

  it('shows STALE when the exchange is killed, and is live again on the one that takes its place', async () => {
    const { folder, remove } = await emptyFolder();
    const args = [main, 'up', '--port', '0', '--data', folder];
    const screen = new PtyScreen({ columns: 120, rows: 40 }, process.execPath, args);
    try {
      await screen.until((text) => isLive(text) && text.includes('ecoin 1000.00'), 0);
      process.kill(childOf(screen.pid, 'exchange'), 'SIGKILL');
      await screen.until((text) => text.includes('STALE'), 0);
      await screen.until((text) => isLive(text) && text.includes('ecoin 1000.00'), 0);
      screen.press('q');
      expect(await screen.ended).toBe(0);
    } finally {
      await screen.end('SIGKILL').catch(() => undefined);
      await remove();
    }
  });

  it('shows a live book, buys at the best ask, sees it settle, survives resizing, and gives the screen back', async () => {
    const { folder, remove } = await emptyFolder();
    const args = [main, 'up', '--port', '0', '--data', folder];
    const screen = new PtyScreen({ columns: 120, rows: 40 }, process.execPath, args);
    try {
      await screen.until(isLive, 0);
      await screen.until((text) => /kWh 5\.000 +ecoin 1000\.00/.test(text), 0);
      expect(screen.isFullScreen).toBe(true);

      screen.press('B');
      await screen.until((text) => text.includes('[Confirm]'), 0);
      // Good till cancelled: should a neighbour be faster, it rests as the best bid and the next seller takes it.
      // From ioc, past fok, all or none, gtd and market.
      screen.press('ttttt');
      await screen.until((text) => /you buy +gtc/.test(text), 0);
      screen.press('\t');
      await screen.until((text) => text.includes('[ Confirm ]'), 0);
      screen.press('\r');
      await screen.until((text) => /Settled .* tx [0-9a-f]{8}/.test(text), 0);

      for (const size of [
        { columns: 80, rows: 24 },
        { columns: 50, rows: 12 },
        { columns: 132, rows: 50 },
      ]) {
        screen.resize(size);
        const wanted = size.columns < 60 ? /too small|60/ : /LIVE/;
        await screen.until(
          (text) => wanted.test(text.split('\n').slice(0, size.rows).join('\n')),
          0,
        );
      }

      screen.press('q');
      await screen.until((text) => text.includes('QUIT') || !screen.isFullScreen, 0);
      if (screen.isFullScreen) screen.press('c');
      expect(await screen.ended).toBe(0);
      expect(screen.isFullScreen).toBe(false);
    } finally {
      await screen.end('SIGKILL').catch(() => undefined);
      await remove();
    }
  });
});
