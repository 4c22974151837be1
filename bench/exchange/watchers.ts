/** A process with many sockets that only listen: to the book of the exchange, or to whatever the peer sends. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { later } from './numbers.ts';
import { answerJobs } from './process.ts';

/** What it is asked: to have so many connections, to count what comes for so long, to show one message. */
export type WatchersJob =
  | { readonly kind: 'connect'; readonly url: string; readonly count: number }
  | { readonly kind: 'count'; readonly warmMs: number; readonly ms: number }
  | { readonly kind: 'show' };

/** What came. */
export interface Watched {
  readonly messages: number;
  readonly seconds: number;
  /** Seconds of this process's processor time. */
  readonly processor: number;
  /** The last message that was neither of the first kind nor a heartbeat. */
  readonly message: string;
}

/** How messages begin that are sent whether or not something happened. */
const idle = '{"channel":"heartbeat"';

let sockets: WebSocket[] = [];
let messages = 0;
let message: Buffer = Buffer.alloc(0);

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  if (url.endsWith('/v2')) {
    const params = { channel: 'book', symbol: ['KWH/ECOIN'], depth: 10 };
    socket.send(JSON.stringify({ method: 'subscribe', params }));
  }
  socket.on('message', (data: Buffer) => {
    messages += 1;
    message = data;
  });
  return socket;
}

async function answer(job: WatchersJob): Promise<Watched> {
  const nothing = { messages: 0, seconds: 0, processor: 0, message: '' };
  if (job.kind === 'show') return { ...nothing, message: message.toString() };
  if (job.kind === 'connect') {
    for (const socket of sockets) socket.terminate();
    sockets = [];
    for (let index = 0; index < job.count; index += 1) sockets.push(await connect(job.url));
    await later(500);
    return nothing;
  }
  await later(job.warmMs);
  const [first, begun, before] = [messages, performance.now(), process.cpuUsage()];
  await later(job.ms);
  const { user, system } = process.cpuUsage(before);
  return {
    messages: messages - first,
    seconds: (performance.now() - begun) / 1000,
    processor: (user + system) / 1e6,
    message: message.toString('utf8', 0, idle.length) === idle ? '' : message.toString(),
  };
}

answerJobs('ready', answer);
