/** `wattlot exchange`: the exchange and its embedded chain, until somebody stops it. */
import { startExchange } from '@wattlot/exchange';
import { asFailure, Failure } from '../failure.ts';
import { exchangeFolder } from '../folders.ts';
import { printer } from '../output.ts';
import { Reporter } from '../report.ts';
import { stopSignal } from '../stop.ts';

export interface ExchangeOptions {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

export async function exchange(options: ExchangeOptions): Promise<number> {
  const stop = stopSignal();
  const print = printer(options.json === true, () => stop.ask(0));
  let broken: Error | undefined;
  const folder = exchangeFolder(options.data);
  const running = await startExchange({
    folder,
    host: options.host,
    port: options.port,
    policy: options.open === true ? 'open' : 'ask',
    log: (line) => process.stderr.write(`wattlot: ${line}\n`),
    failed: (error) => {
      broken ??= error;
      stop.ask(1);
    },
  }).catch((error: unknown) => {
    throw asFailure(error);
  });
  const reporter = new Reporter(running.participants());
  running.onEvent((event, at) => {
    const report = reporter.of(event, at);
    if (report !== undefined) print(report);
  });
  print({ event: 'listening', url: running.url, data: folder });
  const code = await stop.asked;
  await running.close();
  if (broken !== undefined) throw new Failure(broken.message, 1);
  return code;
}
