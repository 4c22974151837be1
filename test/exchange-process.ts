/** An exchange in a process of its own, to be killed: `node exchange-process.ts FOLDER PORT` prints its url once it listens. */
import { startExchange } from '@wattlot/exchange';

const [folder = '', port = '0'] = process.argv.slice(2);
const host = '127.0.0.1';
const { url } = await startExchange({ folder, host, port: Number(port), policy: 'open' });
process.stdout.write(`${url}\n`);
