/** Embedded nodes behind HTTP, as MultiChain 1.0.9 answers: for tests of what asks them, with faults on demand. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RpcNode } from '../node/paper.ts';
import { parseExact, writeExact } from '../rpc/exact-json.ts';
import { parseNodeUrl } from '../rpc/node-url.ts';
import type { NodeUrl } from '../rpc/node-url.ts';
import { RpcError } from '../rpc-error.ts';

/** What goes wrong with one request. `done`: what was asked is done first. */
export type Fault =
  | { readonly kind: 'silence' | 'reset' | 'garbage' | 'huge' | 'cut'; readonly done: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Something else happens first. */
  | { readonly kind: 'overtaken'; readonly by: () => Promise<unknown> }
  | { readonly kind: 'status'; readonly status: number; readonly body: string }
  | {
      readonly kind: 'error';
      readonly code: number;
      readonly message: string;
      readonly done: boolean;
    };

/** A node that listens. */
export interface NodeServer {
  readonly url: NodeUrl;
  /** With user and password, as a person gives it. */
  readonly urlText: string;
  /** The methods asked for, in order; those of one request together. */
  readonly asked: string[][];
  /** Headers and body of the last request. */
  last: { readonly headers: IncomingMessage['headers']; readonly body: string };
  /** Lets the next request that calls a method go wrong. */
  fail(method: string, fault: Fault): void;
  /** Another node answers from now on, as after a restart. */
  become(node: RpcNode): void;
  close(): Promise<void>;
}

const SECRET = 'pa:ss@w%rd/geheim';

/** Starts a server on a free port of this machine. */
export async function serveNode(first: RpcNode): Promise<NodeServer> {
  let node = first;
  const faults: { readonly method: string; readonly fault: Fault }[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    held.last = { headers: request.headers, body };
    if (request.headers.authorization !== `Basic ${btoa(`multichainrpc:${SECRET}`)}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="jsonrpc"', connection: 'close' });
      response.end('<!DOCTYPE HTML><HTML><BODY><H1>401 Unauthorized.</H1></BODY></HTML>');
      return;
    }
    const parsed = parseExact(body);
    const calls = (Array.isArray(parsed) ? parsed : [parsed]) as Asked[];
    held.asked.push(calls.map(({ method }) => method));
    const at = faults.findIndex(({ method }) => calls.some((call) => call.method === method));
    const [fault] = at < 0 ? [] : faults.splice(at, 1);
    await give(response, { node, calls, isList: Array.isArray(parsed), fault: fault?.fault });
  };
  const held: NodeServer = {
    ...(await listening(server)),
    asked: [],
    last: { headers: {}, body: '' },
    fail: (method, fault) => {
      faults.push({ method, fault });
    },
    become: (other) => {
      node = other;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return held;
}

interface Asked {
  readonly method: string;
  readonly params?: readonly unknown[];
  readonly id?: unknown;
}

async function listening(server: Server): Promise<Pick<NodeServer, 'url' | 'urlText'>> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const urlText = `http://multichainrpc:${encodeURIComponent(SECRET)}@127.0.0.1:${port}`;
  return { urlText, url: parseNodeUrl(urlText) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

interface Given {
  readonly node: RpcNode;
  readonly calls: readonly Asked[];
  readonly isList: boolean;
  readonly fault: Fault | undefined;
}

async function give(response: ServerResponse, given: Given): Promise<void> {
  const { node, calls, isList, fault } = given;
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'overtaken') await fault.by();
  if (fault?.kind === 'status') {
    response.writeHead(fault.status, { connection: 'close' }).end(fault.body);
    return;
  }
  const answers: Answered[] = [];
  if (!fault || !('done' in fault) || fault.done) {
    for (const call of calls) answers.push(await answered(node, call));
  }
  switch (fault?.kind) {
    case 'silence':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': 1000, connection: 'close' });
      response.write('{"result":', () => response.destroy());
      return;
    case 'garbage':
      response.writeHead(200, { connection: 'close' }).end('{"result": nonsense');
      return;
    case 'huge':
      response.writeHead(200, { connection: 'close' }).end(`{"result":"${'x'.repeat(3_000_000)}"}`);
      return;
    case 'error': {
      const error = new RpcError(fault.code, fault.message);
      const wrong = calls.map(({ id }) => ({ result: null, error, id: id ?? null, status: 500 }));
      write(response, wrong, isList);
      return;
    }
    default:
      write(response, answers, isList);
  }
}

interface Answered {
  readonly result: unknown;
  readonly error: RpcError | null;
  readonly id: unknown;
  readonly status: number;
}

async function answered(
  node: RpcNode,
  { method, params = [], id = null }: Asked,
): Promise<Answered> {
  try {
    return { result: await node.call(method, params), error: null, id, status: 200 };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { result: null, error, id, status: error.code === -32_601 ? 404 : 500 };
  }
}

function write(response: ServerResponse, answers: readonly Answered[], isList: boolean): void {
  const shown = answers.map(({ result, error, id }) => ({ result, error, id }));
  const status = isList ? 200 : (answers[0]?.status ?? 500);
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${writeExact(isList ? shown : shown[0])}\n`);
}
