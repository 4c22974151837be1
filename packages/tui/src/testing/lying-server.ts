/** A server that says whatever a test wants: an exchange's socket as far as a public client needs one, without any care for the truth. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface LyingServer {
  readonly url: string;
  /** Sends one text to whoever is connected, when somebody is. */
  readonly say: (text: string) => void;
  readonly close: () => Promise<void>;
}

const acceptSalt = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const mediumLength = 126;
const longLength = 127;

/** One unmasked text frame of the WebSocket protocol (RFC 6455, section 5.2). */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length < mediumLength) return Buffer.concat([Buffer.from([0x81, length]), payload]);
  const head = Buffer.alloc(length > 0xffff ? 10 : 4);
  head[0] = 0x81;
  head[1] = length > 0xffff ? longLength : mediumLength;
  if (length > 0xffff) head.writeBigUInt64BE(BigInt(length), 2);
  else head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** Listens on a free port. `greeting`: what each new connection is told once it has asked for something. */
export async function startLyingServer(greeting: readonly string[]): Promise<LyingServer> {
  const sockets = new Set<Duplex>();
  const server = createServer();
  server.on('upgrade', (request, socket) => {
    const key = request.headers['sec-websocket-key'] ?? '';
    const accept = createHash('sha1')
      .update(key + acceptSalt)
      .digest('base64');
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.once('data', () => {
      for (const text of greeting) socket.write(textFrame(text));
      sockets.add(socket);
      // What is asked for later is not answered.
      socket.resume();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    say: (text) => {
      for (const socket of sockets) socket.write(textFrame(text));
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}
