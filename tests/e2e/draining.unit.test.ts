import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Person } from '../support/harness/person.ts';
import { startServer } from '../support/harness/server.ts';

it('ends in good time with a connection that says nothing and one that reads nothing', async () => {
  const server = await startServer();
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
  const alice = await Person.register(server.url, 'alice');
  const frozen = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  frozen.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    frozen.on('message', (data: Buffer) => {
      if (data.toString().startsWith('0')) frozen.send(`40${JSON.stringify({ token: alice.token })}`);
      if (data.toString().startsWith('40')) resolve();
    });
  });
  frozen.pause();
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 5_000));
  expect(await Promise.race([server.stop(), late])).toBe(true);
  silent.destroy();
  frozen.terminate();
});

it('answers everything that comes while it goes, and keeps what it answered', async () => {
  const server = await startServer();
  const alice = await Person.register(server.url, 'alice');
  const roomId = await alice.createRoom();
  const device = await alice.connect({ transports: ['websocket'], reconnection: false });
  const outcomes: string[] = [];
  let asked = 0;
  const send = () => {
    if (!device.socket.connected) return;
    asked += 1;
    device.socket.emit('send_message', { roomId, content: 'and' }, (reply: { error?: { code: string } }) => {
      outcomes.push(reply.error?.code ?? 'ok');
    });
  };
  const sending = setInterval(send, 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  device.socket.once('draining', () => {
    // What is sent after the node has begun to close the connection is lost on its way, so this client stops here.
    for (let count = 0; count < 20; count += 1) send();
    clearInterval(sending);
  });
  expect(await server.stop()).toBe(true);
  clearInterval(sending);
  expect(outcomes).toHaveLength(asked);
  expect(new Set(outcomes)).toEqual(new Set(['ok', 'OVERLOADED']));
});
