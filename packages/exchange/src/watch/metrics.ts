/**
 * The exchange's numbers in the form that Prometheus reads. What the parts count or know anyway is read when somebody asks; only what has a size or takes its time is noted when it happens.
 * No label tells one participant from another, and each has few values.
 */
import { ledgerHeight, loadOf } from '@wattlot/core';
import type { Load, State } from '@wattlot/core';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from '../admission.ts';
import type { Sockets } from '../gateway/sockets.ts';
import type { Feed } from '../feed/feed.ts';
import type { Journal } from '../journal/journal.ts';
import type { LedgerPort } from '../ledger-port.ts';
import type { CountsSince } from '../replay.ts';
import type { Sequencer } from '../sequencer.ts';
import type { Stats } from '../stats.ts';
import type { Readiness } from './readiness.ts';
import type { Meters } from './meters.ts';

/** What the numbers are read from. */
export interface MetricsSources {
  readonly state: State;
  readonly journal: Pick<Journal, 'head'>;
  readonly sequencer: Pick<Sequencer, 'backlog'>;
  readonly ledger: Pick<LedgerPort, 'height'>;
  readonly feed: Pick<Feed, 'participants'>;
  readonly stats: CountsSince;
  readonly sockets: Pick<Sockets, 'size' | 'waitingBytes'>;
  readonly admission: Pick<Admission, 'waiting'>;
  readonly meters: Meters;
  readonly health: () => Readiness;
  readonly version: string;
}

type Labels = Readonly<Record<string, string>>;
type Value = readonly [value: number, labels?: Labels];
type Read = () => readonly Value[];

/** Bounds of buckets, in seconds: a sync takes 0.4 to 8 ms, a settlement on the embedded chain some 50, one on a node seconds to minutes. */
const commitSeconds = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];
const commitEntries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];
const settleSeconds = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];
const requestSeconds = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];

/** The numbers of one exchange; they belong to it alone, so that two in one process do not meet. */
export class Metrics {
  readonly #registry = new Registry();
  #answers = 0;

  /** From now on the meters are observed. */
  constructor(sources: MetricsSources) {
    const registers = [this.#registry];
    const counter = (name: string, help: string, read: Read, labelNames: string[] = []): void => {
      const made = new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          for (const [value, labels = {}] of read()) this.inc(labels, value);
        },
      });
      void made;
    };
    const gauge = (name: string, help: string, read: Read, labelNames: string[] = []): void => {
      const made = new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          for (const [value, labels = {}] of read()) this.set(labels, value);
        },
      });
      void made;
    };
    const counts = this.#once(() => sources.stats.read());
    const load = this.#once(() => loadOf(sources.state));
    addMarket({ ...sources, counts, load }, counter, gauge);
    addJournal(sources, gauge);
    addGateway(sources, counter, gauge);
    this.#observe(sources.meters);
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Of the text. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All numbers now, as text. */
  text(): Promise<string> {
    this.#answers += 1;
    return this.#registry.metrics();
  }

  /** What several numbers are of, read once an answer: counting every order costs more than all the rest. */
  #once<T>(read: () => T): () => T {
    let last: { readonly answer: number; readonly value: T } | undefined;
    return () => {
      if (last?.answer !== this.#answers) last = { answer: this.#answers, value: read() };
      return last.value;
    };
  }

  #observe(meters: Meters): void {
    const registers = [this.#registry];
    const histogram = (name: string, help: string, buckets: number[], labels: string[] = []) =>
      new Histogram({ name, help, buckets, labelNames: labels, registers });
    const entries = histogram('wattlot_commit_entries', 'Entries of a commit.', commitEntries);
    const seconds = histogram(
      'wattlot_commit_seconds',
      'From handing a commit to the journal until it is synced.',
      commitSeconds,
    );
    const settle = histogram(
      'wattlot_settle_seconds',
      'From the match of a trade until its last lot has settled.',
      settleSeconds,
    );
    const request = histogram(
      'wattlot_http_request_seconds',
      'HTTP requests until they are answered.',
      requestSeconds,
      ['method', 'route', 'status'],
    );
    meters.observer = {
      commit: (count, took) => {
        entries.observe(count);
        seconds.observe(took);
      },
      settled: (took) => settle.observe(took),
      request: ({ method, route, status }, took) => {
        request.observe({ method, route, status: String(status) }, took);
      },
    };
  }
}

type Add = (name: string, help: string, read: Read, labelNames?: string[]) => void;

function byName(name: string, values: Readonly<Record<string, number>>): readonly Value[] {
  return Object.entries(values).map(([label, value]) => [value, { [name]: label }]);
}

interface MarketSources extends MetricsSources {
  readonly counts: () => Stats;
  readonly load: () => Load;
}

function addMarket(sources: MarketSources, counter: Add, gauge: Add): void {
  const { state, counts, load, feed, admission, health, ledger, version } = sources;
  const of = (name: 'orders' | 'trades' | 'lots' | 'settled' | 'lotsSettled'): Read => {
    return () => [[counts()[name]]];
  };
  gauge('wattlot_info', 'What runs; always 1.', () => [[1, { version }]], ['version']);
  gauge('wattlot_ready', 'Whether orders are taken: 1 or 0.', () => [[health().ready ? 1 : 0]]);
  counter('wattlot_orders_placed_total', 'Orders taken since the journal began.', of('orders'));
  counter('wattlot_trades_total', 'Trades made since the journal began.', of('trades'));
  counter('wattlot_lots_matched_total', 'Lots matched since the journal began.', of('lots'));
  counter(
    'wattlot_trades_settled_total',
    'Trades of which every lot has settled, since the journal began.',
    of('settled'),
  );
  counter(
    'wattlot_lots_settled_total',
    'Lots that have settled, since the journal began.',
    of('lotsSettled'),
  );
  gauge(
    'wattlot_orders',
    'Live orders: pending ones wait for offers.',
    () => byName('state', load().orders),
    ['state'],
  );
  gauge('wattlot_trades_unsettled', 'Trades that are not final.', () => [[load().tradesUnsettled]]);
  gauge(
    'wattlot_lots_unsettled',
    'Matched lots that are neither settled nor released.',
    () => byName('state', load().lotsUnsettled),
    ['state'],
  );
  gauge('wattlot_participants', 'Who may trade.', () => [[feed.participants.size]]);
  gauge('wattlot_operator_requests_waiting', 'Requests that wait for the operator.', () => [
    [admission.waiting],
  ]);
  gauge('wattlot_ledger_height', 'The last final block of the ledger.', () => [[ledger.height]]);
  gauge('wattlot_ledger_height_followed', 'The last block that the exchange has taken in.', () => [
    [ledgerHeight(state)],
  ]);
}

function addJournal(sources: MetricsSources, gauge: Add): void {
  const { journal, sequencer } = sources;
  gauge('wattlot_journal_head', 'The last entry on disk.', () => [[journal.head]]);
  gauge('wattlot_journal_backlog', 'Entries that wait for the commit on its way.', () => [
    [sequencer.backlog],
  ]);
}

function addGateway({ meters, sockets }: MetricsSources, counter: Add, gauge: Add): void {
  gauge('wattlot_connections', 'Open socket connections.', () => [[sockets.size]]);
  gauge('wattlot_waiting_bytes', 'Bytes sent that clients have yet to read, of all.', () => [
    [sockets.waitingBytes],
  ]);
  counter('wattlot_connections_refused_total', 'Connections turned away.', () => [
    [meters.connectionsRefused],
  ]);
  counter('wattlot_frames_received_total', 'Frames that clients sent.', () => [[meters.framesIn]]);
  counter('wattlot_frames_sent_total', 'Frames sent to clients.', () => [[meters.framesOut]]);
  counter('wattlot_sent_bytes_total', 'Bytes of these frames.', () => [[meters.bytesOut]]);
  counter('wattlot_slow_consumers_closed_total', 'Connections closed for not reading.', () => [
    [meters.slowConsumers],
  ]);
  counter(
    'wattlot_conflations_total',
    'How often a follower fell behind and is sent all of it later instead.',
    () => [[meters.conflations]],
  );
  counter(
    'wattlot_refusals_total',
    'Requests refused, by the error of the wire without its detail.',
    () => byName('error', Object.fromEntries(meters.refusals)),
    ['error'],
  );
  counter(
    'wattlot_rate_limited_total',
    'Requests refused by a rate.',
    () => byName('what', meters.limited),
    ['what'],
  );
}
