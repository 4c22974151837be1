/** The two ends of a simulated connection, each with what the real code uses of a `ws` socket. */
import { EventEmitter } from 'node:events';
import type { FrameSocket } from '../../packages/exchange/src/gateway/frame-socket.ts';
import type { ClientSocket } from '../../packages/client/src/transport.ts';
import type { Link } from './network.ts';

const states = { connecting: 0, open: 1, closing: 2, closed: 3 } as const;

class End extends EventEmitter {
  readonly OPEN = states.open;
  readonly CLOSED = states.closed;
  readyState: number = states.connecting;
  protected readonly link: Link;

  constructor(link: Link) {
    super();
    this.link = link;
  }

  /** The connection is over, for this end too. */
  gone(): void {
    if (this.readyState === states.closed) return;
    this.readyState = states.closed;
    this.emit('close');
  }

  terminate(): void {
    this.link.cut();
  }

  receive(frame: string): void {
    if (this.readyState === states.open) this.emit('message', Buffer.from(frame), false);
  }
}

/** The exchange's end. */
export class ServerEnd extends End implements FrameSocket {
  override readyState: number = states.open;

  get bufferedAmount(): number {
    return this.link.bytesDown;
  }

  send(frame: Buffer): void {
    this.link.down(frame.toString());
  }

  /** The goodbye goes behind what was sent. */
  close(): void {
    this.readyState = states.closing;
    this.link.pass('down', () => this.link.cut());
  }
}

/** A client's end. */
export class ClientEnd extends End implements ClientSocket {
  readonly bufferedAmount = 0;

  opened(): void {
    this.readyState = states.open;
    this.emit('open');
  }

  send(frame: string): void {
    if (this.readyState === states.open) this.link.up(frame);
  }

  close(): void {
    if (this.readyState === states.connecting) {
      this.link.cut();
      return;
    }
    this.readyState = states.closing;
    this.link.pass('up', () => this.link.cut());
  }
}
