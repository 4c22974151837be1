import { createServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder, wattlot } from './run-wattlot.ts';

describe('the command line', () => {
  it.each(['up', 'exchange', 'trade', 'agent', 'sim', 'chain', 'paper'])(
    'explains %s with --help and ends with 0',
    async (command) => {
      const { code, out, err } = await wattlot([command, '--help']);
      expect(out).toContain(`Usage: wattlot ${command}`);
      expect(err).toBe('');
      expect(code).toBe(0);
    },
  );

  it.each([
    [['up', '--nonsense'], "unknown option '--nonsense'"],
    [['nonsense'], "unknown command 'nonsense'"],
    [['up', '--port', '70000'], 'expected a whole number from 0 to 65535'],
    [['up', '--port', '1e3'], 'expected a whole number from 0 to 65535'],
    [['up', '--trades', '0'], 'expected a whole number from 1 to 1000000'],
    [['up', '--speed', 'fast'], 'expected a number from 0.1 to 900'],
    [['up', '--theme', 'pink'], 'Allowed choices are dark, light, mono'],
    [['up', 'extra'], 'too many arguments'],
    [['sim', '--households', '0'], 'expected a whole number from 1 to 200'],
    [['trade', '--url', 'nowhere'], 'expected an address such as http://127.0.0.1:4280'],
    [['trade', '--name', '../x'], 'expected 1 to 27 letters'],
    [['paper', '--loud'], "unknown option '--loud'"],
  ])('refuses %j with one line, says where to look, and ends with 2', async (args, message) => {
    const { code, out, err } = await wattlot(args);
    const [line, ...rest] = err.trim().split('\n');
    expect(line).toContain(message);
    expect(rest).toEqual(['See --help for what there is.']);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  it('says that trade without a terminal needs --once, --follow or --json', async () => {
    const { code, err } = await wattlot(['trade']);
    expect(code).toBe(2);
    expect(err).toMatch(/--once/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('says that nobody answers at the address, with exit code 3', async () => {
    const { code, err } = await wattlot([
      'trade',
      '--once',
      '--readonly',
      '--url',
      'http://127.0.0.1:9',
    ]);
    expect(code).toBe(3);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('what stands in the way of a start', () => {
  it('names the port that is taken', async () => {
    const { folder, remove } = await emptyFolder();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, err } = await wattlot(['exchange', '--data', folder, '--port', String(port)]);
    server.close();
    await remove();
    expect(err).toContain(String(port));
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it("says file, line and what is allowed of an exchange's limits, and starts nothing", async () => {
    const { folder, remove } = await emptyFolder();
    await writeFile(join(folder, 'exchange.conf'), 'orders-burst = 50\nopen-orders = 900\n');
    const { code, err } = await wattlot(['exchange', '--data', folder, '--port', '0']);
    expect(err).toBe(
      `wattlot: ${folder}/exchange.conf:2: open-orders cannot be "900"; allowed: a whole number from 1 to 200\n`,
    );
    expect(code).toBe(1);
    const other = await wattlot(['exchange', '--data', folder, '--limits', join(folder, 'none')]);
    expect(other.err).toContain('none: cannot be read');
    await remove();
  });

  it('says file, line and what was expected of an unreadable profile', async () => {
    const { folder, remove } = await emptyFolder();
    await writeFile(
      join(folder, 'hh_1.csv'),
      'timestamp,electricity\n1613343600,10\n1613344500,ten\n',
    );
    const { code, err } = await wattlot([
      'up',
      '--headless',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--profiles',
      folder,
    ]);
    await remove();
    expect(err).toMatch(/hh_1\.csv.*3/);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).not.toBe(0);
  });
});
