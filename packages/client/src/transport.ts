/** How a connection reaches its exchange: over the network, or in a simulation over one that is made up. */
import { WebSocket } from 'ws';
import { callExchange } from './http.ts';
import type { HttpOutcome } from './http.ts';
import { handshakeTimeoutMs, incomingFrameBytesMax } from './limits.ts';

/** What a connection needs of a socket: a `ws` one is such a port. */
export interface ClientSocket {
  readonly readyState: number;
  /** The `readyState` of a socket that is gone. */
  readonly CLOSED: number;
  /** Bytes that were sent and wait for the exchange to read them. */
  readonly bufferedAmount: number;
  /** Sends one text frame, whole and in order. */
  send(frame: string): void;
  /** Begins the closing handshake. */
  close(code: number): void;
  /** Cuts the connection without a word. */
  terminate(): void;
  on(event: 'open' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
}

/** The way to one exchange. */
export interface Transport {
  /** For a person, in the reason of a failure. */
  readonly name: string;
  /** Calls a path of the exchange. Never throws. */
  call(
    path: string,
    options: { readonly body: unknown; readonly token?: string; readonly signal: AbortSignal },
  ): Promise<HttpOutcome>;
  /** Begins to open a socket. */
  dial(): ClientSocket;
}

/** The socket's address: the same host, `/v2`. @throws TypeError unless `url` is http or https. */
function socketUrl(url: string): URL {
  const socket = new URL('/v2', url);
  if (socket.protocol === 'http:') socket.protocol = 'ws:';
  else if (socket.protocol === 'https:') socket.protocol = 'wss:';
  else throw new TypeError(`${url} is no http address`);
  return socket;
}

/** HTTP and WebSocket to the exchange at `url`. @throws TypeError unless it is http or https. */
export function networkTransport(url: string): Transport {
  const address = socketUrl(url);
  return {
    name: url,
    call: (path, options) => callExchange(url, path, options),
    dial: () =>
      new WebSocket(address, {
        perMessageDeflate: false,
        maxPayload: incomingFrameBytesMax,
        handshakeTimeout: handshakeTimeoutMs,
      }),
  };
}
