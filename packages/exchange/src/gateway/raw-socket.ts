/** For tests: a client of the socket that writes its bytes itself, so that it can write wrong ones. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** First bytes of frames, RFC 6455: FIN, and the opcode. */
export const first = {
  text: 0x81,
  textBegun: 0x01,
  continued: 0x00,
  binary: 0x82,
  close: 0x88,
  ping: 0x89,
  /** RSV1: said to be compressed. */
  compressedText: 0xc1,
} as const;

/** A client's frame of up to 65,535 bytes, masked. */
export function clientFrame(content: string | Buffer, firstByte: number = first.text): Buffer {
  const payload = Buffer.from(content);
  const { length } = payload;
  const header =
    length < 126
      ? Buffer.from([firstByte, 0x80 | length])
      : Buffer.from([firstByte, 0x80 | 126, length >> 8, length & 0xff]);
  const mask = randomBytes(4);
  for (const [index, byte] of payload.entries()) payload[index] = byte ^ (mask[index % 4] ?? 0);
  return Buffer.concat([header, mask, payload]);
}

/** The request that makes a connection a socket of the exchange. @param more lines of the header. */
export function upgradeRequest(host: string, more: readonly string[] = []): string {
  return [
    'GET /v2 HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...more,
    '\r\n',
  ].join('\r\n');
}

/** What a server's close frame says. */
function endOf(received: Buffer): string | undefined {
  let at = received.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= received.length) {
    let length = (received[at + 1] ?? 0) & 0x7f;
    let from = at + 2;
    if (length === 126) [length, from] = [received.readUInt16BE(from), from + 2];
    else if (length === 127) [length, from] = [Number(received.readBigUInt64BE(from)), from + 8];
    if (received[at] === first.close && received.length >= from + 2) {
      return `${received.readUInt16BE(from)} ${received.toString('utf8', from + 2, from + length)}`.trim();
    }
    at = from + length;
  }
  return undefined;
}

/** A connection over which a test writes what it likes. */
export class RawSocket {
  readonly socket: Socket;
  /** Code and reason with which the exchange ended it, or `cut` when it did so without a word. */
  readonly ended: Promise<string>;
  readonly #received: Buffer[] = [];
  #wake: () => void = () => undefined;

  private constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port) });
    this.socket.on('data', (bytes) => {
      this.#received.push(bytes);
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.ended = new Promise((end) => {
      this.socket.on('close', () => {
        this.#wake();
        end(endOf(Buffer.concat(this.#received)) ?? 'cut');
      });
    });
  }

  /** A TCP connection with nothing said on it. */
  static async connect(url: string): Promise<RawSocket> {
    const raw = new RawSocket(url);
    await new Promise((connected) => raw.socket.once('connect', connected));
    return raw;
  }

  /** One that has been made a socket. */
  static async open(url: string, more: readonly string[] = []): Promise<RawSocket> {
    const raw = await RawSocket.connect(url);
    raw.write(upgradeRequest(new URL(url).host, more));
    await raw.until((text) => text.includes('\r\n\r\n'));
    return raw;
  }

  /** All that has come, as one character a byte. */
  get text(): string {
    return Buffer.concat(this.#received).toString('latin1');
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Resolves when what has come is as wanted, or nothing more comes. */
  async until(isSo: (text: string) => boolean): Promise<void> {
    while (!isSo(this.text) && !this.socket.destroyed) {
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
