import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upTo } from '../contract/concurrency.ts';
import { mysqlUrl } from '../support/databases/available.ts';
import { startChild } from '../support/harness/launch.ts';
import { redisOf, seqsHeard, startTwoNodes, type TwoNodes } from '../support/harness/nodes.ts';
import type { Device } from '../support/harness/person.ts';
import { until } from '../support/harness/site.ts';

/** What is promised for a node that cannot hear of the others. */
const CONVERGED_MS = 5_000;

describe('two nodes on one database', () => {
  let nodes: TwoNodes;
  beforeAll(async () => {
    nodes = await startTwoNodes(mysqlUrl());
  });
  afterAll(() => nodes.stop());

  const send = async (device: Device, roomId: string, content: string, clientMessageId?: string) => {
    const reply = await device.ask('send_message', { roomId, content, clientMessageId });
    expect(reply).toMatchObject({ ok: true });
    return reply.data as { id: string; seq: number };
  };
  const bothUp = () =>
    until('redis is up for both', async () => (await redisOf(nodes.a)) === 'up' && (await redisOf(nodes.b)) === 'up');
  const bothDown = () =>
    until('both miss it', async () => (await redisOf(nodes.a)) === 'down' && (await redisOf(nodes.b)) === 'down');

  /** Everybody has heard the whole log from `fromSeq` on, each entry once and in order. */
  const converged = (devices: readonly Device[], roomId: string, fromSeq: number, toSeq: number, withinMs?: number) => {
    const expected = upTo(toSeq).filter((seq) => seq >= fromSeq);
    const heard = (device: Device) => seqsHeard(device, roomId).filter((seq) => seq >= fromSeq);
    return until(
      'everybody has heard everything',
      () => devices.every((device) => heard(device).length >= expected.length),
      withinMs,
    ).then(() => {
      for (const device of devices) expect(heard(device)).toEqual(expected);
    });
  };

  it('pass messages on in both directions, in one order for all', async () => {
    const { roomId, devices } = await nodes.room(4);
    const acks = await Promise.all(
      devices.flatMap((device, who) => upTo(50).map((n) => send(device, roomId, `${who}/${n}`))),
    );
    const seqs = acks.map(({ seq }) => seq).sort((x, y) => x - y);
    await converged(devices, roomId, seqs[0] ?? 0, seqs.at(-1) ?? 0);
  });

  it('pass on receipts, typing, joins and leavings', async () => {
    const { roomId, devices, people } = await nodes.room(2);
    const [onA, onB] = devices as [Device, Device];
    const [alice, bob] = people as [(typeof people)[0], (typeof people)[0]];
    const { seq, id } = await send(onA, roomId, 'hello');
    await onB.hears('receive_message', (message) => message.seq === seq);
    await onB.ask('read_receipt', { messageId: id });
    await onA.hears('read_receipt', (receipt) => receipt.userId === bob.id && receipt.seq === seq);
    await onB.ask('typing', { roomId, isTyping: true });
    await onA.hears('typing', (typing) => typing.userId === bob.id && typing.isTyping);
    await onB.ask('typing', { roomId, isTyping: false });
    await onA.hears('typing', (typing) => typing.userId === bob.id && !typing.isTyping);
    await onA.ask('leave_room', { roomId }).then((reply) => expect(reply.error?.code).toBe('CONFLICT'));
    await onB.ask('leave_room', { roomId });
    await onA.hears('room_event', (event) => event.type === 'member_left' && event.userId === bob.id);
    expect((await bob.call('POST', '/api/rooms/join', { roomId })).status).toBe(200);
    await onA.hears('room_event', (event) => event.type === 'member_joined' && event.userId === bob.id);
    await send(onA, roomId, 'welcome back');
    await onB.hears('receive_message', (message) => message.content === 'welcome back');
    expect(onA.all('read_receipt').filter(({ userId }) => userId === alice.id)).toEqual([]);
  });

  it('let somebody into a room on all nodes', async () => {
    const { devices, people } = await nodes.room(2);
    const bob = people[1] as (typeof people)[0];
    const other = await (people[0] as (typeof people)[0]).createRoom();
    const { status } = await fetch(`${nodes.a.url}/api/rooms/join`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ roomId: other }),
    });
    expect(status).toBe(200);
    const { seq } = await send(devices[0] as Device, other, 'hello bob');
    await converged([devices[1] as Device], other, seq - 1, seq);
  });

  it('cut a session that ends on the other node', async () => {
    const { people, devices } = await nodes.room(2);
    const bob = people[1] as (typeof people)[0];
    const gone = new Promise((resolve) => devices[1]?.socket.once('disconnect', resolve));
    bob.close();
    const again = await bob.connect({ transports: ['websocket'] });
    await gone;
    const cut = new Promise((resolve) => again.socket.once('disconnect', resolve));
    // Logged out by the other node.
    const { status } = await fetch(`${nodes.a.url}/api/auth/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.token}` },
    });
    expect(status).toBe(204);
    expect(await cut).toBe('io server disconnect');
  });

  /** Now and then there is a Redis, for a moment. */
  const flap = async (): Promise<() => Promise<void>> => {
    let isUp = true;
    const timer = setInterval(() => {
      isUp = !isUp;
      for (const link of nodes.links)
        if (isUp) link.heal();
        else link.cut();
    }, 350);
    return async () => {
      clearInterval(timer);
      for (const link of nodes.links) link.heal();
    };
  };

  describe.each(['paused', 'killed', 'cut off', 'half open', 'flapping'] as const)('while redis is %s', (how) => {
    const breakIt = async (): Promise<() => Promise<void>> => {
      if (how === 'paused') return nodes.redis.pause();
      if (how === 'killed') return nodes.redis.kill();
      if (how === 'flapping') return flap();
      for (const link of nodes.links)
        if (how === 'cut off') link.cut();
        else link.swallow();
      return async () => nodes.links.forEach((link) => link.heal());
    };

    it('acknowledge, serve, are ready, and everybody hears everything in time', async () => {
      const { roomId, devices } = await nodes.room(4);
      await bothUp();
      const heal = await breakIt();
      try {
        const before = await send(devices[0] as Device, roomId, 'it begins');
        await bothDown();
        const acks = await Promise.all(
          devices.flatMap((device, who) => upTo(10).map((n) => send(device, roomId, `${who}/${n}`))),
        );
        const last = Math.max(...acks.map(({ seq }) => seq));
        await converged(devices, roomId, before.seq, last, CONVERGED_MS);
        for (const { url } of [nodes.a, nodes.b]) expect((await fetch(`${url}/ready`)).status).toBe(200);
      } finally {
        await heal();
      }
      await bothUp();
      const after = await send(devices[1] as Device, roomId, 'it is over');
      await Promise.all(devices.map((device) => device.hears('receive_message', ({ seq }) => seq === after.seq)));
      for (const device of devices)
        expect(seqsHeard(device, roomId)).toEqual([...new Set(seqsHeard(device, roomId))].sort((x, y) => x - y));
    });

    it('keep out who was removed, and cut who logged out, on the other node', async () => {
      const { roomId, people, devices } = await nodes.room(4);
      const [onA, removed, , loggedOut] = devices as [Device, Device, Device, Device];
      await bothUp();
      const heal = await breakIt();
      try {
        await bothDown();
        const cut = new Promise((resolve) => loggedOut.socket.once('disconnect', resolve));
        const over = async (who: number, method: string, path: string) =>
          expect(
            (await fetch(nodes.a.url + path, { method, headers: { authorization: `Bearer ${people[who]?.token}` } }))
              .status,
          ).toBe(204);
        await over(0, 'DELETE', `/api/rooms/${roomId}/members/${people[1]?.id}`);
        await over(3, 'POST', '/api/auth/logout');
        await removed.hears('room_event', (event) => event.type === 'member_removed' && event.userId === people[1]?.id);
        expect(await cut).toBe('io server disconnect');
        const { seq } = await send(onA, roomId, 'not for you');
        await until('a third hears it', () => seqsHeard(devices[2] as Device, roomId).includes(seq));
        expect(await removed.ask('send_message', { roomId, content: 'still here?' })).toMatchObject({
          ok: false,
          error: { code: 'NOT_A_MEMBER' },
        });
        const next = await send(onA, roomId, 'nor this');
        await until('a third hears it', () => seqsHeard(devices[2] as Device, roomId).includes(next.seq));
        expect(removed.all('receive_message')).toEqual([]);
        expect(loggedOut.socket.connected).toBe(false);
      } finally {
        await heal();
      }
    });
  });

  it('lose, double and reorder nothing while redis comes and goes', async () => {
    const { roomId, devices } = await nodes.room(4);
    await bothUp();
    let going = true;
    const acked: number[] = [];
    const writing = devices.map(async (device, who) => {
      for (let n = 0; going; n += 1) acked.push((await send(device, roomId, `${who}/${n}`, `${who}-${n}`)).seq);
    });
    for (let flaps = 0; flaps < 6; flaps += 1) {
      const heal = await nodes.redis.kill();
      await bothDown();
      await heal();
      await bothUp();
    }
    going = false;
    await Promise.all(writing);
    const [first, last] = [Math.min(...acked), Math.max(...acked)];
    expect(acked.sort((x, y) => x - y)).toEqual(upTo(last).filter((seq) => seq >= first));
    await converged(devices, roomId, first, last, CONVERGED_MS);
  });

  it('start without redis, and use it once it is there', async () => {
    const heal = await nodes.redis.kill();
    const late = await startChild(nodes.env(0));
    expect(await redisOf(late)).toBe('down');
    await heal();
    await until('it is up', async () => (await redisOf(late)) === 'up');
    expect((await late.kill('SIGTERM')).code).toBe(0);
  });

  it('have written down no error of their own', () => {
    for (const node of [nodes.a, nodes.b]) {
      const errors = node
        .output()
        .split('\n')
        .filter((line) => line.includes('"level":"error"') || /unhandled/i.test(line));
      expect(errors).toEqual([]);
    }
  });
});
