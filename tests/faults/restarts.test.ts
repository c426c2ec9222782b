import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlUrl } from '../support/databases/available.ts';
import { startChild, type LaunchedServer } from '../support/harness/launch.ts';
import { seqsHeard, startTwoNodes, type TwoNodes } from '../support/harness/nodes.ts';
import { Device, type Person } from '../support/harness/person.ts';
import { until } from '../support/harness/site.ts';

/** What is promised for the users of a node that dies. */
const OFFLINE_MS = 20_000;

describe('nodes that come and go', () => {
  let nodes: TwoNodes;
  const extra: LaunchedServer[] = [];
  beforeAll(async () => {
    nodes = await startTwoNodes(mysqlUrl());
  });
  afterAll(async () => {
    await Promise.all(extra.map((node) => node.kill('SIGKILL')));
    await nodes.stop();
  });
  const aNode = async () => {
    const node = await startChild(nodes.env(1));
    extra.push(node);
    return node;
  };
  const onlineIn = async (person: Person, other: Person) => {
    const { body } = await person.call('GET', `/api/users/${other.id}`);
    return body.user.online as boolean;
  };

  it('take devices on two nodes for one person', async () => {
    const { devices, people } = await nodes.room(2);
    const [alice, bob] = people as [Person, Person];
    const [onA] = devices as [Device];
    await until('alice sees bob', () => onlineIn(alice, bob));
    const second = await new Device(nodes.a.url, bob.token, { transports: ['websocket'] }).connected();
    // The arrival has been noted when this is answered.
    await second.ask('sync', { rooms: [] });
    const left = () => onA.all('user_status').filter(({ userId, online }) => userId === bob.id && !online);
    bob.close();
    await until('the first is gone', () => devices[1]?.socket.connected === false);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await onlineIn(alice, bob)).toBe(true);
    expect(left()).toEqual([]);
    second.close();
    const told = await onA.hears('user_status', ({ userId, online }) => userId === bob.id && !online);
    expect(Date.parse(told.lastSeen as string)).toBeGreaterThan(0);
    expect(await onlineIn(alice, bob)).toBe(false);
  });

  it('tell that the users of a killed node are gone, and when they were last seen', async () => {
    const { people, roomId } = await nodes.room(2);
    const [alice, bob] = people as [Person, Person];
    const dying = await aNode();
    const onA = await alice.connect({ transports: ['websocket'] });
    bob.close();
    const device = await new Device(dying.url, bob.token, { reconnection: false }).connected();
    await device.ask('sync', { rooms: [{ roomId, afterSeq: 0 }] });
    await until('alice sees bob', () => onlineIn(alice, bob));
    const heard = () => onA.all('user_status').filter(({ userId, online }) => userId === bob.id && !online);
    const before = heard().length;
    const killedMs = Date.now();
    await dying.kill('SIGKILL');
    await until('alice hears it', () => heard().length > before, OFFLINE_MS);
    expect(await onlineIn(alice, bob)).toBe(false);
    const lastSeenMs = Date.parse(heard().at(-1).lastSeen as string);
    expect(Math.abs(lastSeenMs - killedMs)).toBeLessThan(5_000);
  });

  it('are restarted one after the other under load, and no client that keeps to the contract sees an error', async () => {
    const [first, second] = [await aNode(), await aNode()];
    const live: LaunchedServer[] = [first, second];
    const { roomId, people } = await nodes.room(4);
    for (const person of people) person.close();
    let going = true;
    const acked: number[] = [];
    const refused: unknown[] = [];
    /** Keeps a connection to some node, as behind a load balancer, and sends again what was not acknowledged. */
    const member = async (person: Person, who: number) => {
      const heard = new Set<number>();
      let cursor = 0;
      let device: Device | null = null;
      let turn = who;
      const connected = async (): Promise<Device> => {
        while (!device?.socket.connected) {
          const node = live[(turn += 1) % live.length] as LaunchedServer;
          const next = new Device(node.url, person.token, { transports: ['websocket'], reconnection: false });
          next.socket.once('draining', () => (turn += 1));
          device = await next.connected().catch(() => null);
          if (!device) await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return device;
      };
      const catchUp = async (current: Device) => {
        for (let complete = false; !complete;) {
          const reply = await current.ask('sync', { rooms: [{ roomId, afterSeq: cursor }] }).catch(() => null);
          if (!reply?.ok) return;
          const [room] = reply.data.rooms;
          for (const { seq } of room.events) heard.add(seq as number);
          cursor = Math.max(cursor, ...room.events.map(({ seq }: { seq: number }) => seq));
          complete = room.complete;
        }
      };
      const seen = new Set<Device>();
      const collect = async () => {
        const current = await connected();
        if (!seen.has(current)) await catchUp(current);
        seen.add(current);
        return current;
      };
      for (let n = 0; going; n += 1) {
        const message = { roomId, content: `${who}/${n}`, clientMessageId: `${who}-${n}` };
        for (;;) {
          const reply = await (await collect()).ask('send_message', message).catch(() => null);
          if (reply?.ok) {
            acked.push(reply.data.seq as number);
            break;
          }
          // A lost connection has no answer; a refusal is right only when it says that trying again helps.
          if (reply && reply.error?.code !== 'OVERLOADED') refused.push(reply);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      /** Everything that this member has heard, after the last message of all. */
      return async () => {
        await catchUp(await connected());
        for (const each of seen) for (const seq of seqsHeard(each, roomId)) heard.add(seq);
        for (const each of seen) each.close();
        return [...heard].sort((x, y) => x - y);
      };
    };
    const working = people.map(member);
    await until('all are at work', () => acked.length > 100);
    for (const index of [0, 1]) {
      const old = live[index] as LaunchedServer;
      live[index] = await aNode();
      const stoppedMs = Date.now();
      expect(await old.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(Date.now() - stoppedMs).toBeLessThan(10_000);
      const count = acked.length;
      await until('they go on', () => acked.length > count + 100);
    }
    going = false;
    const finish = await Promise.all(working);
    expect(refused).toEqual([]);
    const head = Math.max(...acked);
    expect(new Set(acked).size).toBe(acked.length);
    for (const all of finish) expect(await all()).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  });
});
