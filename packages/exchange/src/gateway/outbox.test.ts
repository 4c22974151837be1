import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { sure } from '../exact.ts';
import type { FrameSocket } from './frame-socket.ts';
import { Outbox } from './outbox.ts';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Both ends of real connections; what a client has received. */
async function connections(count: number): Promise<
  readonly {
    readonly socket: FrameSocket;
    readonly writes: () => number;
    readonly client: WebSocket;
    readonly received: string[];
  }[]
> {
  const outbox = new Outbox();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const http = createServer().listen(0, '127.0.0.1');
  closers.push(() => http.close());
  await once(http, 'listening');
  const opened: { socket: FrameSocket; writes: () => number }[] = [];
  http.on('upgrade', (request, stream, head) => {
    server.handleUpgrade(request, stream, head, (socket) => {
      const write = vi.spyOn(stream, 'write');
      const writes = (): number => write.mock.calls.length;
      opened.push({ socket: outbox.socketOver(socket, stream), writes });
    });
  });
  const { port } = http.address() as AddressInfo;
  const ends = [];
  for (let index = 0; index < count; index += 1) {
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    closers.push(() => client.terminate());
    const received: string[] = [];
    client.on('message', (data) => received.push((data as Buffer).toString()));
    await once(client, 'open');
    ends.push({ ...sure(opened[index], 'a server end'), client, received });
  }
  return ends;
}

/** Resolves when a client has so many messages. */
async function until(received: readonly string[], client: WebSocket, count: number): Promise<void> {
  while (received.length < count) await once(client, 'message');
}

test('all that is sent in a turn arrives whole and in order, by one write a socket', async () => {
  const ends = await connections(3);
  // Around the lengths at which the header changes its form.
  const messages = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000].map((length) =>
    Buffer.from('é'.repeat(length / 2).padEnd(length - (length >> 1), 'x')),
  );
  for (const message of messages) for (const { socket } of ends) socket.send(message, text);
  for (const { client, received, writes } of ends) {
    await until(received, client, messages.length);
    expect(received).toEqual(messages.map(String));
    expect(writes()).toBe(1);
  }
});

const text = { binary: false } as const;

test('messages of any kind reach their clients as they were', async () => {
  const [end] = await connections(1);
  const { socket, client, received } = sure(end, 'a connection');
  let expected = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })), async (texts) => {
      received.length = 0;
      for (const one of texts) socket.send(Buffer.from(one), text);
      expected += texts.length;
      await until(received, client, texts.length);
      expect(received).toEqual(texts);
    }),
  );
  expect(expected).toBeGreaterThan(0);
});

test('what waits is counted until it is written', async () => {
  const [end] = await connections(1);
  const { socket, client, received } = sure(end, 'a connection');
  socket.send(Buffer.from('x'.repeat(1_000)), text);
  expect(socket.bufferedAmount).toBe(1_004);
  await until(received, client, 1);
  expect(socket.bufferedAmount).toBe(0);
});

test('what was sent before the end arrives before the end', async () => {
  const [end] = await connections(1);
  const { socket, client, received } = sure(end, 'a connection');
  socket.send(Buffer.from('last words'), text);
  socket.close(1001, 'over');
  const [code] = await once(client, 'close');
  expect(received).toEqual(['last words']);
  expect(code).toBe(1001);
});

test('nothing is written to a socket that was cut', async () => {
  const [end] = await connections(1);
  const { socket, writes, client } = sure(end, 'a connection');
  socket.send(Buffer.from('never'), text);
  socket.terminate();
  await once(client, 'close');
  expect(writes()).toBe(0);
});
