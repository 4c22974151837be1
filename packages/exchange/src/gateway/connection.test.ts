import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { closeWithinMs, heartbeatMs, stalledBytesMax, stalledMsMax } from '../limits.ts';
import { TestMarket } from '../testing.ts';
import { Connection } from './connection.ts';
import { Desk } from './desk.ts';

/** A socket whose reader is the test. */
class HandSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  ended: string | undefined;

  send(frame: Buffer): void {
    this.sent.push(frame.toString('latin1', 0, 60));
    this.bufferedAmount += frame.length;
  }

  /** The client reads so many bytes. */
  read(bytes: number): void {
    this.bufferedAmount = Math.max(0, this.bufferedAmount - bytes);
  }

  close(code: number, reason: string): void {
    this.readyState = 2;
    this.ended = `${code} ${reason}`;
  }

  terminate(): void {
    this.readyState = 3;
    this.emit('close');
  }

  receive(text: string): void {
    this.emit('message', Buffer.from(text), false);
  }
}

function open(): {
  readonly socket: HandSocket;
  readonly connection: Connection;
  readonly market: TestMarket;
} {
  const market = new TestMarket();
  const socket = new HandSocket();
  const { sequencer, feed, clock } = market;
  const desk = new Desk({
    sequencer,
    feed,
    sessions: { find: () => undefined } as never,
    deliveries: {} as never,
    now: () => clock.micros / 1000,
    wallNow: clock.now,
    newId: () => 'id',
  });
  const connection = new Connection({
    socket,
    id: 1,
    desk,
    feed,
    version: 'test',
    mayTrade: () => true,
    now: clock.now,
    after: clock.after,
  });
  socket.receive('{"method":"subscribe","params":{"channel":"instrument"}}');
  socket.read(Infinity);
  socket.sent.length = 0;
  return { socket, connection, market };
}

test('silence is filled with heartbeats, and nothing else is', () => {
  const { socket, connection, market } = open();
  market.clock.advance(heartbeatMs);
  connection.tick();
  expect(socket.sent).toEqual(['{"channel":"heartbeat"}']);
  market.clock.advance(heartbeatMs / 2);
  connection.send(Buffer.from('{}'));
  market.clock.advance(heartbeatMs / 2);
  connection.tick();
  expect(socket.sent).toHaveLength(2);
});

test('a timer that is early by less than a millisecond leaves no second out', () => {
  const { socket, connection, market } = open();
  for (let second = 1; second <= 5; second += 1) {
    market.clock.advance(heartbeatMs - 0.5);
    connection.tick();
    expect(socket.sent).toHaveLength(second);
  }
});

test('a reader for whom too much waits is closed, then cut off', () => {
  const { socket, connection, market } = open();
  const frame = Buffer.alloc(1000, 'x');
  while (socket.ended === undefined) connection.send(frame);
  expect(socket.ended).toBe('1013 slow consumer');
  expect(socket.bufferedAmount).toBeLessThan(stalledBytesMax + 3 * frame.length);
  expect(socket.readyState).toBe(2);
  market.clock.advance(closeWithinMs);
  expect(socket.readyState).toBe(3);
});

test('one large snapshot may wait, a second behind it may not pile up without end', () => {
  const { socket, connection } = open();
  const snapshot = Buffer.alloc(3 * stalledBytesMax, 'x');
  connection.send(snapshot);
  connection.send(Buffer.from('{}'));
  expect(socket.ended).toBeUndefined();
  while (socket.ended === undefined) connection.send(snapshot);
  expect(socket.bufferedAmount).toBeLessThan(3 * snapshot.length);
});

test('a reader who takes nothing for ten seconds is closed, a slow one is not', () => {
  for (const reads of [0, 1]) {
    const { socket, connection, market } = open();
    connection.send(Buffer.alloc(100_000, 'x'));
    for (let waited = 0; waited <= stalledMsMax; waited += 1_000) {
      socket.read(reads * 5_000);
      connection.tick();
      market.clock.advance(1_000);
    }
    expect(socket.ended).toBe(reads === 0 ? '1013 slow consumer' : undefined);
  }
});

test('nothing is sent or taken after the end', () => {
  const { socket, connection } = open();
  connection.close();
  connection.close(1013, 'again');
  socket.receive('{"method":"ping"}');
  connection.send(Buffer.from('{}'));
  expect(socket.sent).toEqual([]);
  expect(socket.ended).toBe('1001 the exchange is closing');
});
