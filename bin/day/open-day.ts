/** Opens a recorded day for the terminal or for lines: proves the journal, finds whose account is shown, and puts player, client and director together. */
import { setImmediate as turn } from 'node:timers/promises';
import { LoopClient } from '@wattlot/client';
import type { Address } from '@wattlot/core';
import { toAddress } from '@wattlot/core';
import { ExchangeError, Player, RecordedDay } from '@wattlot/exchange';
import { whereOf } from '@wattlot/tui';
import type { OpenedDay, RecordedDayOptions, Work } from '@wattlot/tui';
import { asFailure, Failure } from '../failure.ts';
import { Director } from './director.ts';
import type { DirectorClock } from './director.ts';

export interface DayOptions {
  /** A data folder, an exchange's or a journal's. */
  readonly folder: string;
  /** Whose account is shown: a name or an address that has to be there. */
  readonly as?: string | undefined;
  /** Whose is shown otherwise, if there is such a name. */
  readonly name: string;
  readonly speed: number;
  /** A time of the day or the number of an entry. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly clock: DirectorClock;
  readonly offsetMinutes: number;
}

/** Milliseconds of proving between two chances for everything else, and between two times that it is told of. */
const sliceMs = 8;
const toldMs = 150;

/** Names in a message; a person who looks for one sees that there are more. */
const namesShownMax = 40;

/** Errors of the journal as one line that says what to do. */
function explained(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof ExchangeError)) return error;
  if (error.code !== 'folder_locked') return asFailure(error);
  return new Failure(`${error.message}: stop the exchange first, or replay a copy.`, 1);
}

async function provedDay(
  { folder, clock }: DayOptions,
  tell: (work: Work) => void,
): Promise<RecordedDay> {
  const day = new RecordedDay(folder);
  try {
    const startedAt = clock.now();
    let [sliceAt, toldAt] = [startedAt, startedAt];
    for await (const { entries, of } of day.prove()) {
      const now = clock.now();
      if (now - sliceAt < sliceMs) continue;
      if (now - toldAt >= toldMs) {
        toldAt = now;
        const perSecond = (1000 * entries) / (now - startedAt);
        tell({ kind: 'proving', done: entries, of, perSecond });
      }
      await turn();
      sliceAt = clock.now();
    }
    return day;
  } catch (error) {
    day.close();
    throw error;
  }
}

/** Whose account is shown. @throws Failure with who was there. */
function whoseOf(
  { participants }: RecordedDay,
  { as, name }: DayOptions,
): { readonly address: Address; readonly name: string } | undefined {
  const address = as === undefined ? undefined : toAddress(as);
  const byAddress = address === undefined ? undefined : participants.get(address);
  if (address !== undefined && byAddress !== undefined) return { address, name: byAddress };
  const named = [...participants].filter(([, one]) => one === (as ?? name));
  const [first] = named;
  if (as === undefined || (first !== undefined && named.length === 1)) {
    return first === undefined ? undefined : { address: first[0], name: first[1] };
  }
  if (named.length > 1) {
    const addresses = named.map(([one]) => one).join(', ');
    throw new Failure(
      `${named.length} had the name ${as}: give an address, one of ${addresses}.`,
      2,
    );
  }
  const names = [...new Set(participants.values())].toSorted();
  const shown = names.slice(0, namesShownMax).join(', ');
  const more = names.length > namesShownMax ? ` and ${names.length - namesShownMax} more` : '';
  const there = names.length === 0 ? 'nobody was there' : `there were ${shown}${more}`;
  throw new Failure(`nobody named ${as} was there: ${there}.`, 2);
}

/** The entry that a text of the command line leads to. */
function seqOf(day: RecordedDay, text: string, offsetMinutes: number): number {
  const [from, to] = [day.from / 1000, day.to / 1000];
  const where = whereOf(text, { at: from, from, to }, offsetMinutes);
  if (where === undefined) throw new Failure(`${text} is neither a time nor an entry.`, 2);
  if ('seq' in where) return where.seq;
  return where.at >= to ? day.last : day.seqAt(micros(day, where.at));
}

function micros(day: RecordedDay, ms: number): RecordedDay['from'] {
  // Between two instants that are exact.
  return Math.min(day.to, Math.max(day.from, Math.round(ms * 1000))) as RecordedDay['from'];
}

function connected(
  options: DayOptions,
  day: RecordedDay,
  isEachTold: boolean,
): { readonly player: Player; readonly client: LoopClient; readonly name: string | undefined } {
  const { clock } = options;
  const whose = whoseOf(day, options);
  const player = new Player({ day, whose: whose?.address, now: clock.now, isEachTold });
  const client = new LoopClient({
    participant: whose?.address,
    send: (frame) => {
      player.request(frame);
    },
    now: clock.now,
  });
  return { player, client, name: whose?.name };
}

async function openForTerminal(
  options: DayOptions,
  tell: (work: Work) => void,
): Promise<OpenedDay> {
  const day = await provedDay(options, tell);
  try {
    const { clock, speed, from, offsetMinutes } = options;
    const { player, client, name } = connected(options, day, false);
    const seq = from === undefined ? 0 : seqOf(day, from, offsetMinutes);
    const director = new Director({
      day,
      player,
      client,
      clock,
      speed,
      failed: (error) => {
        // As any other bug: the terminal is given back and the process ends with what it was.
        setImmediate(() => {
          throw error;
        });
      },
    });
    director.start(seq);
    return {
      client,
      source: director,
      name,
      close: async () => {
        director.close();
        await client.close();
        day.close();
      },
    };
  } catch (error) {
    day.close();
    throw error;
  }
}

async function tellLines(
  options: DayOptions,
  { mode, listen, room, ended }: Parameters<RecordedDayOptions['tell']>[0],
): Promise<void> {
  const day = await provedDay(options, () => undefined);
  try {
    const { from, to, offsetMinutes } = options;
    const { player, client } = connected(options, day, mode === 'follow');
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    const last = to === undefined ? day.last : seqOf(day, to, offsetMinutes);
    const go = async (seq: number): Promise<void> => {
      for (const _ of player.seek(seq)) {
        await (room() ?? turn());
        if (isOver) return;
      }
    };
    const first = mode === 'follow' && from !== undefined ? seqOf(day, from, offsetMinutes) : 0;
    await go(mode === 'once' ? last : first);
    listen(client);
    player.show({
      begin: () => {
        client.begin();
      },
      receive: (text) => {
        client.receive(text);
      },
    });
    if (mode === 'follow') await go(last);
  } finally {
    day.close();
  }
}

/** What the terminal needs to show the day. */
export function recordedDay(options: DayOptions): RecordedDayOptions {
  const explaining = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explained(error);
    }
  };
  return {
    open: (tell) => explaining(() => openForTerminal(options, tell)),
    tell: (reader) => explaining(() => tellLines(options, reader)),
  };
}
