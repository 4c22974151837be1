/** `wattlot exchange`: the exchange with its embedded chain, or on the chain of a MultiChain node, until somebody stops it. */
import { startExchange } from '@wattlot/exchange';
import type { LogLevel, NodeSettings } from '@wattlot/exchange';
import { asFailure, Failure } from '../failure.ts';
import { exchangeLog } from '../exchange-log.ts';
import { exchangeFolder } from '../folders.ts';
import { limitsOf } from '../limits-file.ts';
import { asNodeFailure, nodeUrlOf } from '../node-option.ts';
import { printer } from '../output.ts';
import { Reporter } from '../report.ts';
import { restWhenQuiet } from '../rest.ts';
import { stopSignal } from '../stop.ts';

export interface ExchangeOptions {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly open?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** The operator's node, with user and password. */
  readonly node?: string;
  readonly depth: number;
  readonly energy: string;
  readonly ecoin: string;
  /** The file for the log. */
  readonly log?: string;
  readonly logLevel: LogLevel;
  readonly cancelOnStop?: boolean;
  readonly metricsPort?: number;
  readonly metricsHost: string;
  /** The file with the limits. */
  readonly limits?: string;
}

function nodeSettings({ node, depth, energy, ecoin }: ExchangeOptions): NodeSettings | undefined {
  if (node === undefined) return undefined;
  return { url: nodeUrlOf('--node', node), depth, names: { energy, ecoin } };
}

/** What whoever starts an exchange for others has to do next. */
function howToAdmit({ data, node }: ExchangeOptions, url: string): string {
  const key = node === undefined ? `--data ${data}` : '--node with the URL that you gave';
  return `whoever wants to trade waits until you admit them: wattlot trade --operator --url ${url} ${key}`;
}

export async function exchange(options: ExchangeOptions): Promise<number> {
  const stop = stopSignal();
  const print = printer(options.json === true, () => stop.ask(0));
  let broken: Error | undefined;
  const folder = exchangeFolder(options.data);
  const node = nodeSettings(options);
  const limits = await limitsOf(options.limits, options.data);
  const logger = exchangeLog(options.log, options.logLevel);
  const running = await startExchange({
    folder,
    node,
    host: options.host,
    port: options.port,
    policy: options.open === true ? 'open' : 'ask',
    limits,
    watch:
      options.metricsPort === undefined
        ? undefined
        : { host: options.metricsHost, port: options.metricsPort },
    logger,
    failed: (error) => {
      broken ??= error;
      stop.ask(1);
    },
  }).catch((error: unknown) => {
    throw node === undefined ? asFailure(error) : asNodeFailure(error);
  });
  if (options.quiet !== true) {
    const reporter = new Reporter(running.participants());
    running.onEvent((event, at) => {
      const report = reporter.of(event, at);
      if (report !== undefined) print(report);
    });
  }
  const { url, watchUrl } = running;
  print({
    event: 'listening',
    url,
    data: folder,
    ...(watchUrl && { metrics: `${watchUrl}/metrics` }),
  });
  logger.info({ url }, 'listening');
  restWhenQuiet();
  if (options.open !== true) print({ event: 'note', text: howToAdmit(options, url) });
  const code = await stop.asked;
  logger.info('stopping');
  await running.close({ cancelOrders: options.cancelOnStop === true && broken === undefined });
  if (broken !== undefined) throw new Failure(broken.message, 1);
  return code;
}
