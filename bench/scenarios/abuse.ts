import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Bench } from '../harness/bench.ts';
import { inParallel, prepareRooms, register } from '../harness/rest.ts';
import { figure } from '../harness/table.ts';
import type { LoneResult } from '../load/spec.ts';
import { loneOf } from './phases.ts';

const abusers = 8;
/** Of each abuser, as long as the server lets them: some 16,000 a second together. */
const framesPerRound = 20;
const roundMs = 10;
// Slow enough for what a client may send.
const lone = { kind: 'lone', messages: 100, pauseMs: 30 } as const;

const junk = [
  '42["send_message",{"roomId":"x","content":1}]',
  '421["sync",{"rooms":"all"}]',
  '42["typing",null]',
  '42["nothing",{}]',
  '427["read_receipt",{"messageId":{}}]',
];

/** Holds one socket after the other and sends what nobody asked for, until it is told to stop. */
class Abuser {
  #running = true;
  frames = 0;
  cuts = 0;

  async run(port: number, token: string): Promise<void> {
    while (this.#running) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => {
        if (data.toString().startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      });
      const closed = new Promise((resolve) => socket.once('close', resolve));
      while (this.#running && socket.readyState <= WebSocket.OPEN) {
        for (let count = 0; socket.readyState === WebSocket.OPEN && count < framesPerRound; count += 1) {
          socket.send(junk[this.frames % junk.length] ?? '');
          this.frames += 1;
        }
        await sleep(roundMs);
      }
      socket.terminate();
      await closed;
      this.cuts += 1;
    }
  }

  stop(): void {
    this.#running = false;
  }
}

/** What members of a room notice of others who flood the server, with its limits as they are by default. */
export async function abuse(bench: Bench): Promise<void> {
  const product = await bench.startProduct('memory:', 'product in memory', {
    SOCKET_RATE_LIMIT: '',
    CONNECTION_LIMIT: '',
  });
  try {
    const rooms = await prepareRooms(product.port, { rooms: 1, members: 5, senders: 1 });
    const accounts = await inParallel(Array.from({ length: abusers }), async () => register(product.port));
    const load = { rooms, inFlight: 1, entry: 'sync', sequenced: true, phases: [lone] } as const;
    const calm: LoneResult[] = [];
    const disturbed: LoneResult[] = [];
    await bench.load('abuse, warming up', product, load);
    await bench.inTurns(async () => {
      calm.push(loneOf(await bench.load('abuse, undisturbed', product, load)));
      const crowd = accounts.map(() => new Abuser());
      const running = crowd.map((abuser, index) => abuser.run(product.port, accounts[index]?.token ?? ''));
      await sleep(500);
      disturbed.push(loneOf(await bench.load('abuse', product, load)));
      for (const abuser of crowd) abuser.stop();
      await Promise.all(running);
      const frames = crowd.reduce((sum, abuser) => sum + abuser.frames, 0);
      const cuts = crowd.reduce((sum, abuser) => sum + abuser.cuts, 0);
      bench.say(`abuse: ${figure(frames)} junk frames, ${cuts} connections of abusers came to an end`);
    });
    for (const which of ['p50', 'p99'] as const) {
      bench.add({
        scenario: 'a lone message while others flood the server',
        unit: `last receiver ${which}, ms`,
        product: disturbed.map(({ lastReceiverMs }) => lastReceiverMs[which]),
        reference: { name: 'undisturbed', values: calm.map(({ lastReceiverMs }) => lastReceiverMs[which]) },
        ...(which === 'p50' && { target: { atMost: 1.5 } }),
      });
    }
  } finally {
    await product.stop();
  }
}
