/**
 * What participants have asked of the operator and what became of it, on disk as `requests.log` in the exchange's folder, which only its owner can read: a household
 * that asked and went to sleep is still on the list tomorrow, and what was approved is known to have been. It is beside the journal, not in it: the market's rules know
 * nothing of requests, and strangers may not write to the journal.
 */
import { join } from 'node:path';
import type { Address } from '@wattlot/core';
import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ExchangeError } from './errors.ts';
import { depositsDecidedMax, joinRequestsMax, requestLinesMax } from './limits.ts';
import { LineLog, readLineLog } from './line-log.ts';

const Text = Type.String();
const KeptJoin = Type.Object({
  participant: Text,
  name: Text,
  meter: Type.Optional(Text),
  /** RFC 3339. */
  since: Text,
  status: Type.Union([Type.Literal('waiting'), Type.Literal('refused')]),
  reason: Type.Optional(Text),
});
const KeptDeposit = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  participant: Text,
  /** Made by the participant. */
  request: Text,
  amount: Type.Integer({ minimum: 1 }),
  reference: Text,
  since: Text,
  /** Under which it is issued: unlike any other's, also on a chain that outlives this folder. */
  key: Text,
  status: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('issuing'),
    Type.Literal('issued'),
    Type.Literal('refused'),
  ]),
  reason: Type.Optional(Text),
  txid: Type.Optional(Text),
});
const Line = Type.Union([
  Type.Object({ kind: Type.Literal('join'), join: KeptJoin }),
  Type.Object({ kind: Type.Literal('join gone'), participant: Text }),
  Type.Object({ kind: Type.Literal('meter'), participant: Text, meter: Text }),
  Type.Object({ kind: Type.Literal('deposit'), deposit: KeptDeposit }),
]);
type Line = Static<typeof Line>;

const lineSchema = Compile<TSchema>(Line);
const fileName = 'requests.log';

/** Somebody's wish to be let in, or a participant's for its meter. */
export type KeptJoin = Readonly<Static<typeof KeptJoin>>;
/** A wish for ecoin. */
export type KeptDeposit = Readonly<Static<typeof KeptDeposit>>;

interface Kept {
  readonly joins: Map<string, KeptJoin>;
  readonly meters: Map<string, string>;
  readonly deposits: Map<number, KeptDeposit>;
}

type Log = Pick<LineLog, 'append' | 'flush' | 'close'>;

/** The requests of one exchange. What is set counts at once, and is on disk when its promise resolves. */
export class Requests {
  readonly #kept: Kept;
  readonly #log: Log;

  private constructor(kept: Kept, log: Log) {
    this.#kept = kept;
    this.#log = log;
  }

  /** Requests that are kept nowhere. */
  static inMemory(): Requests {
    const done = (): Promise<void> => Promise.resolve();
    return new Requests(nothingKept(), { append: done, flush: done, close: done });
  }

  /** Opens the file, which is made with its first line. @throws ExchangeError `requests_corrupt` when a line makes no sense. */
  static open(folder: string): Requests {
    const path = join(folder, fileName);
    const kept = nothingKept();
    for (const [index, line] of readLineLog(path).entries()) {
      if (!lineSchema.Check(line)) {
        const what = `line ${index + 1} of ${path} makes no sense`;
        throw new ExchangeError('requests_corrupt', what);
      }
      fold(kept, line as Line);
    }
    const lines = (): readonly Line[] => linesOf(kept);
    const log = new LineLog({ folder, name: fileName, lines, staleMax: requestLinesMax });
    return new Requests(kept, log);
  }

  /** By participant; whoever asked last is last. */
  get joins(): ReadonlyMap<string, KeptJoin> {
    return this.#kept.joins;
  }

  /** The meter that was let in with a participant. */
  meterOf(participant: Address): string | undefined {
    return this.#kept.meters.get(participant);
  }

  /** By number, oldest first. */
  get deposits(): ReadonlyMap<number, KeptDeposit> {
    return this.#kept.deposits;
  }

  /** A number that no deposit has had. */
  get nextNumber(): number {
    // The newest is never dropped, so that its number is known.
    return Math.max(0, ...this.#kept.deposits.keys()) + 1;
  }

  /** Resolves when all that has been set is on disk: before that nobody may be told of it, whoever asks again either. */
  onDisk(): Promise<void> {
    return this.#log.flush();
  }

  /** Notes a wish to be let in, in the place of that participant's last one. */
  async setJoin(wish: KeptJoin): Promise<void> {
    const { joins } = this.#kept;
    const isStale = joins.delete(wish.participant);
    joins.set(wish.participant, wish);
    const written = this.#append({ kind: 'join', join: wish }, isStale);
    for (const oldest of joins.values()) {
      if (joins.size <= joinRequestsMax) break;
      void this.dropJoin(oldest).catch(() => undefined);
    }
    await written;
  }

  /** Notes that somebody still wants to be let in; lost with the process. */
  touchJoin(wish: KeptJoin): void {
    this.#kept.joins.delete(wish.participant);
    this.#kept.joins.set(wish.participant, wish);
  }

  /** Drops a wish that is done with, unless its participant has another one by now. */
  async dropJoin(wish: KeptJoin): Promise<void> {
    const { participant } = wish;
    const { joins } = this.#kept;
    if (joins.get(participant) !== wish) return;
    joins.delete(participant);
    await this.#append({ kind: 'join gone', participant }, true);
  }

  async setMeter(participant: Address, meter: Address): Promise<void> {
    const before = this.#kept.meters.get(participant);
    if (before === meter) return this.onDisk();
    this.#kept.meters.set(participant, meter);
    await this.#append({ kind: 'meter', participant, meter }, before !== undefined);
  }

  /** Notes a wish for ecoin, new or as it stands now. */
  async setDeposit(deposit: KeptDeposit): Promise<void> {
    const { deposits } = this.#kept;
    const isStale = deposits.has(deposit.number);
    deposits.set(deposit.number, deposit);
    const written = this.#append({ kind: 'deposit', deposit }, isStale);
    dropDecided(deposits);
    await written;
  }

  /** Puts everything on disk. Nothing may be set any more. */
  close(): Promise<void> {
    return this.#log.close();
  }

  #append(line: Line, isStale: boolean): Promise<void> {
    return this.#log.append(line, isStale);
  }
}

function nothingKept(): Kept {
  return { joins: new Map(), meters: new Map(), deposits: new Map() };
}

/** The decided ones beyond those that are kept; a new file has none of them, and an old one drops them when it is read. */
function dropDecided(deposits: Map<number, KeptDeposit>): void {
  const decided = [...deposits.values()].filter(({ status }) => isDecided(status));
  for (const { number } of decided.slice(0, -depositsDecidedMax)) deposits.delete(number);
}

function isDecided(status: KeptDeposit['status']): boolean {
  return status === 'issued' || status === 'refused';
}

function fold({ joins, meters, deposits }: Kept, line: Line): void {
  switch (line.kind) {
    case 'join':
      joins.delete(line.join.participant);
      joins.set(line.join.participant, line.join);
      return;
    case 'join gone':
      joins.delete(line.participant);
      return;
    case 'meter':
      meters.set(line.participant, line.meter);
      return;
    case 'deposit':
      deposits.set(line.deposit.number, line.deposit);
      dropDecided(deposits);
  }
}

function linesOf({ joins, meters, deposits }: Kept): readonly Line[] {
  return [
    ...[...joins.values()].map((wish): Line => ({ kind: 'join', join: wish })),
    ...[...meters].map(([participant, meter]): Line => ({ kind: 'meter', participant, meter })),
    ...[...deposits.values()].map((deposit): Line => ({ kind: 'deposit', deposit })),
  ];
}
