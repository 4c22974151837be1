/** What serving over HTTP needs in two places: a port, whole bodies within a bound, and an end. */
import type { IncomingMessage, Server } from 'node:http';
import { LedgerError } from './ledger-error.ts';

/** Where to listen. */
export interface Listening {
  /** A name or address of this machine. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  /** Takes no more requests; done when those under way are answered. */
  close(): Promise<void>;
}

/** Starts listening. @throws LedgerError `port_taken` when the port cannot be had. */
export function listenHttp(server: Server, { host, port }: Listening): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      const why = isTaken ? 'is taken' : `cannot be used: ${error.message}`;
      reject(new LedgerError('port_taken', `port ${port} of ${host} ${why}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const bound = server.address();
      const own = typeof bound === 'object' && bound !== null ? bound.port : port;
      resolve({ port: own, close: () => closeHttp(server) });
    });
  });
}

/** Milliseconds between two looks for connections that have become idle, and after which those still busy are cut. */
const idlePollMs = 20;
const graceMs = 5_000;

function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that is kept is busy until its answer is out: the one that asked to stop, for example.
    const poll = setInterval(() => {
      server.closeIdleConnections();
    }, idlePollMs);
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearInterval(poll);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** The whole body as text. @returns undefined when it has more bytes than `max`. */
export async function readBody(request: IncomingMessage, max: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > max) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}
