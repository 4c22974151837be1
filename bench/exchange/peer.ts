/** What the exchange is compared with: the same `ws` server and nothing behind it. It echoes, and it sends one frame to all, one by one, as fast as they take it. */
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { answerJobs } from './process.ts';

/** Sends `frame` to all that are connected for so long. */
export interface BroadcastJob {
  readonly frame: string;
  readonly ms: number;
}

/** How often it was sent to all. */
export interface Broadcast {
  readonly rounds: number;
}

/** Bytes that may wait for one subscriber before the next round waits for them. */
const waitingMax = 64 * 1024;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => socket.send(data as Buffer, { binary: false }));
});
await once(server, 'listening');

async function broadcast({ frame, ms }: BroadcastJob): Promise<Broadcast> {
  const bytes = Buffer.from(frame);
  const end = performance.now() + ms;
  let rounds = 0;
  while (performance.now() < end) {
    let isFull = false;
    for (const client of server.clients) {
      client.send(bytes, { binary: false });
      isFull ||= client.bufferedAmount > waitingMax;
    }
    rounds += 1;
    do await new Promise((next) => setImmediate(next));
    while (isFull && [...server.clients].some(({ bufferedAmount }) => bufferedAmount > 0));
  }
  return { rounds };
}

const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
answerJobs(`ws://127.0.0.1:${port}`, broadcast);
