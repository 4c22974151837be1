import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogger, logOf, plainLine, scrubbed } from './log.ts';
import type { LogLevel } from './log.ts';

function open(level: LogLevel = 'trace'): {
  readonly logger: ReturnType<typeof createLogger>;
  readonly lines: string[];
} {
  const lines: string[] = [];
  const to = { write: (line: string): void => void lines.push(line) };
  return { logger: createLogger({ level, to, time: () => '2026-01-01T00:00:00Z' }), lines };
}

test('a line is one JSON object with level, time, fields and message; what is below the level is not written', () => {
  const { logger, lines } = open('info');
  const log = logOf(logger);
  log('let in', { participant: '1abc', level: 'info' });
  log('unseen', { level: 'debug' });
  log('bad', { level: 'error', seconds: 3 });
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    { level: 'info', time: '2026-01-01T00:00:00Z', participant: '1abc', msg: 'let in' },
    { level: 'error', time: '2026-01-01T00:00:00Z', seconds: 3, msg: 'bad' },
  ]);
  expect(lines.map(plainLine)).toEqual([
    'wattlot: let in participant=1abc\n',
    'wattlot: error: bad seconds=3\n',
  ]);
});

test('nothing in a text breaks a line, forges one, turns the direction of writing or acts on a terminal', () => {
  const { logger, lines } = open();
  const evil = 'anna\n{"level":"error","msg":"forged"}\r\u001b[2J\u202egnp.exe\u2028\u0000';
  logOf(logger)(evil, { name: evil, [evil]: 1 });
  logger.info({ deep: { name: evil } }, evil);
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line.endsWith('\n')).toBe(true);
    expect(line.slice(0, -1)).not.toMatch(/[\p{C}\u2028\u2029]/u);
    expect(line).not.toContain('\\u');
    expect(plainLine(line).slice(0, -1)).not.toMatch(/[\p{C}\u2028\u2029]/u);
  }
});

test('whatever is logged, each line is one printable JSON object', () => {
  const { logger, lines } = open();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
      lines.length = 0;
      logger.warn({ value, text, error: new Error(text) }, text);
      expect(lines).toHaveLength(1);
      const [line = ''] = lines;
      expect(JSON.parse(line)).toMatchObject({ level: 'warn' });
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      expect(plainLine(line).split('\n')).toHaveLength(2);
    }),
  );
});

test('what has a secret name, looks like a secret, or is a password in an address is hidden; ids of transactions and addresses are not', () => {
  const secret =
    'kQH5HW8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==';
  const { logger, lines } = open();
  logger.info(
    { token: 'abc123', headers: { cookie: 'abc123' }, deep: { password: 'abc123' } },
    secret,
  );
  logger.error(new Error(`no node at http://user:abc123@host:80/ for ${secret}`));
  logger.debug(new SyntaxError('Unexpected token in abc123'));
  logger.trace({
    err: Object.assign(new Error('abc123'), { rawPacket: Buffer.from('abc123'), code: 'HPE_X' }),
  });
  const bad = Object.assign(new Error('abc123 is no body'), { statusCode: 400 });
  logger.trace({ err: bad }, 'Bearer abc123');
  const all = lines.join('');
  expect(lines).toHaveLength(5);
  expect(all).not.toContain('abc123');
  expect(all).not.toContain(Buffer.from('abc123').join(','));
  expect(all).not.toContain(secret.slice(0, 20));
  expect(all).toContain('http://[hidden]@host:80');
  const txid = 'ab'.repeat(32);
  expect(scrubbed(`sent ${txid} to 1YzvpFNcvDtw7gYLzCVvqeSr6tHUK9S97Ed2d8`)).toBe(
    `sent ${txid} to 1YzvpFNcvDtw7gYLzCVvqeSr6tHUK9S97Ed2d8`,
  );
});
