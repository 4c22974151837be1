/** A process that sends requests over many sockets: each client its next when it is answered, or all together so many a second. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { later } from './numbers.ts';
import { answerJobs } from './process.ts';

/** Requests for so long, after a while that is not counted. */
export interface OrdersJob {
  /** Of a socket; the peer has no path. */
  readonly url: string;
  /** One client each. The peer does not look at them. */
  readonly tokens: readonly string[];
  readonly warmMs: number;
  readonly ms: number;
  /** Requests a second, evenly; without it as many as are answered. */
  readonly perSecond?: number;
  /** Whether each client is also told of its executions. */
  readonly isTold?: boolean;
}

/** What was answered in time. */
export interface OrdersDone {
  readonly answers: number;
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds from sending to answer, of a sample that is even. */
  readonly waits: readonly number[];
  /** Seconds of this process's processor time. */
  readonly processor: number;
}

/** Waits that are kept. */
const sampleMax = 20_000;

/** A message of a client is an answer when it begins like this, or an echo when like the request. */
const answerMark = '"method":"add_order"';
const successMark = '"success":true';

interface Client {
  readonly socket: WebSocket;
  readonly token: string;
  /** When its requests were sent that are not answered yet. */
  readonly sentAt: number[];
}

/** A bid at the lowest price, for at once or never: in a book without asks it finds nothing. Its bytes are what a bot would send. */
function request(token: string, number: number): string {
  return `{"method":"add_order","params":{"order_type":"limit","side":"buy","order_qty":0.01,"symbol":"KWH/ECOIN","limit_price":1,"time_in_force":"ioc","cl_ord_id":"bench-${number}","token":"${token}"},"req_id":${number}}`;
}

let number = 0;

function send({ socket, token, sentAt }: Client): void {
  number += 1;
  sentAt.push(performance.now());
  socket.send(request(token, number));
}

async function connect(url: string, token: string, isTold: boolean): Promise<Client> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  if (url.endsWith('/v2')) {
    const channel = isTold ? 'executions' : 'instrument';
    const params = isTold ? { channel, token, snapshot: false } : { channel };
    socket.send(JSON.stringify({ method: 'subscribe', params }));
  }
  return { socket, token, sentAt: [] };
}

async function run(job: OrdersJob): Promise<OrdersDone> {
  const { url, tokens, warmMs, ms, perSecond, isTold = false } = job;
  const clients: Client[] = [];
  for (const token of tokens) clients.push(await connect(url, token, isTold));
  await later(200);
  let [answers, refused, isCounted, isOver] = [0, 0, false, false];
  const waits: number[] = [];
  for (const client of clients) {
    client.socket.on('message', (data) => {
      const text = (data as Buffer).toString('latin1', 0, 60);
      if (!text.includes(answerMark)) return;
      const waited = performance.now() - (client.sentAt.shift() ?? NaN);
      if (isCounted) {
        answers += 1;
        if (url.endsWith('/v2') && !text.includes(successMark)) refused += 1;
        // Every so many-th is as good a sample as any, because clients take turns.
        if (waits.length < sampleMax) waits.push(waited);
        else waits[answers % sampleMax] = waited;
      }
      if (perSecond === undefined && !isOver) send(client);
    });
  }
  const pace = perSecond === undefined ? undefined : paced(clients, perSecond);
  if (pace === undefined) for (const client of clients) send(client);
  await later(warmMs);
  isCounted = true;
  const [begun, before] = [performance.now(), process.cpuUsage()];
  await later(ms);
  isCounted = false;
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  isOver = true;
  pace?.();
  await later(200);
  for (const { socket } of clients) socket.terminate();
  return { answers, refused, seconds, waits, processor: (user + system) / 1e6 };
}

/** Sends what is due each millisecond, whatever is answered. @returns how to stop it. */
function paced(clients: readonly Client[], perSecond: number): () => void {
  const begun = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
    for (; sent < due; sent += 1) {
      const client = clients[sent % clients.length];
      if (client !== undefined) send(client);
    }
  }, 1);
  return () => clearInterval(timer);
}

answerJobs('ready', run);
