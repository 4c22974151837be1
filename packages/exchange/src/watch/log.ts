/**
 * The log of an exchange: one JSON object a line for machines, plain lines for a person at a terminal. Nothing secret is handed to it, and what slips in is hidden on its way out: by name, by the
 * look of it, and errors without what they quote. What others wrote cannot act on a terminal or break a line.
 */
import { pino } from 'pino';
import type { DestinationStream, LogFn, Logger } from 'pino';
import { printable } from '../errors.ts';

/** From the most talkative on. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a line is about. No token, key, secret, signature, offer or password belongs here. */
export interface LogFields {
  /** Default: `info`. */
  readonly level?: LogLevel;
  readonly [name: string]: string | number | boolean | undefined;
}

/** Takes one line for the operator. */
export type Log = (line: string, fields?: LogFields) => void;

/** What a logger is made with. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** Takes whole lines of JSON with their ends. */
  readonly to: DestinationStream;
  /** RFC 3339. */
  readonly time: () => string;
}

/** Fields that are never told, however they come in. */
const secretNames = [
  'token',
  'secret',
  'key',
  'password',
  'challenge',
  'signature',
  'offer',
  'script',
  'authorization',
  'cookie',
  'headers',
  'body',
  'rawPacket',
];

/** How deep objects are looked into; what is deeper is left out. */
const depthMax = 4;

/** Tokens, keys, secrets and signatures are 32 and more characters of base 64, offers hundreds of hexadecimal digits; a transaction's id is 64 of those and no secret, an address has at most 38 characters. */
const opaque = /[\w+/=-]{40,}|(?<=bearer\s{1,4})\S+/gi;
const transactionId = /^[0-9a-f]{64}$/;
const ofUrl = /(:\/\/)[^/\s@]*@/g;

/** A text as it may stand in the log: printable, at most 500 characters, and without what looks like a secret. */
export function scrubbed(text: string): string {
  return printable(
    text
      .slice(0, 4_000)
      .replace(ofUrl, '$1[hidden]@')
      .replace(opaque, (run) => (transactionId.test(run) ? run : '[hidden]')),
  );
}

function scrubbedValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubbed(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return errorOf(value);
  if (depth >= depthMax || ArrayBuffer.isView(value)) return '[left out]';
  if (Array.isArray(value)) return value.slice(0, 20).map((one) => scrubbedValue(one, depth + 1));
  return scrubbedFields(value, depth + 1);
}

function scrubbedFields(fields: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const hidden = secretNames.includes(name);
      return [scrubbed(name), hidden ? '[hidden]' : scrubbedValue(value, depth)];
    }),
  );
}

/** An error without what it quotes of a request: a parser's message shows a piece of what it could not read. */
function errorOf(error: Error): Record<string, unknown> {
  const { name, message, stack } = error;
  const code = 'code' in error ? String(error.code) : undefined;
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  const isRequests = error instanceof SyntaxError || (status >= 400 && status < 500);
  const parsing = code?.startsWith('HPE_') === true;
  if (isRequests || parsing) return { name: scrubbed(name), code: code && scrubbed(code) };
  const at = placesOf(stack);
  return { name: scrubbed(name), code: code && scrubbed(code), message: scrubbed(message), at };
}

function isBare(fields: unknown, more: readonly unknown[]): boolean {
  return more.length === 0 && typeof fields === 'object' && fields !== null && 'err' in fields;
}

/** Where an error comes from, without the folders of this machine. */
function placesOf(stack: string | undefined): readonly string[] {
  const lines = stack?.split('\n').slice(1, 6) ?? [];
  return lines.map((line) => scrubbed(line.trim().replace(/[^\s()]*\//g, '')));
}

/** Makes a logger. It writes nothing but whole lines. */
export function createLogger({ level, to, time }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${time()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => scrubbedFields(fields),
      },
      serializers: { err: (error: unknown) => error, req: () => undefined, res: () => undefined },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: '[hidden]' },
      hooks: {
        logMethod(args, method: LogFn) {
          const given: readonly unknown[] = args;
          const [first, ...more] = given;
          const fields = first instanceof Error ? { err: first } : first;
          // Of an error without a word the library would make its message the line.
          const whole = isBare(fields, more) ? [fields, 'error'] : [fields, ...more];
          const clean = whole.map((arg) => (typeof arg === 'string' ? scrubbed(arg) : arg));
          method.apply(this, clean as Parameters<LogFn>);
        },
      },
    },
    to,
  );
}

/** The log as the parts of an exchange know it. */
export function logOf(logger: Logger): Log {
  return (line, { level = 'info', ...fields } = {}) => logger[level](fields, line);
}

/** One line of the log for a person. */
export function plainLine(json: string): string {
  const { level, time: _time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const loud = level === 'warn' || level === 'error' ? `${level}: ` : '';
  const rest = Object.entries(fields).map(([name, value]) => {
    return ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return `wattlot: ${loud}${typeof msg === 'string' ? msg : ''}${rest.join('')}\n`;
}
