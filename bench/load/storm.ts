import { processorSeconds } from './processor-time.ts';
import type { StormResult, StormSpec } from './storm-spec.ts';
import { textFrame, WireSocket, type FrameReader } from './wire-socket.ts';

/** Thousands of light clients that come at once, and come back when they are refused: a process of its own. */

const pong = textFrame('3');
/** As long as an ordinary client waits, at random, before it comes back after a lost connection. */
const comeBackFromMs = 500;
const comeBackSpreadMs = 1_000;
const stallMs = 60_000;

const byte = (character: string) => character.charCodeAt(0);
const [zero, two, three, four, letterU] = [byte('0'), byte('2'), byte('3'), byte('4'), byte('u')];

class Storm {
  readonly spec: StormSpec;
  readonly begunMs = performance.now();
  readonly #done: () => void;
  readonly #syncedMs: number[] = [];
  connected = 0;
  connectedMs = 0;
  refused = 0;
  lost = 0;
  nacks = 0;
  statuses = 0;

  constructor(spec: StormSpec, done: () => void) {
    this.spec = spec;
    this.#done = done;
  }

  letIn(): void {
    this.connected += 1;
    this.connectedMs = performance.now() - this.begunMs;
  }

  synced(): void {
    this.#syncedMs.push(performance.now() - this.begunMs);
    if (this.#syncedMs.length === this.spec.clients.length) this.#done();
  }

  get summary(): string {
    const { connected, refused, lost, nacks } = this;
    return `${connected} let in, ${this.#syncedMs.length} synced, ${refused} refused, ${lost} lost, ${nacks} nacks`;
  }

  result(cores: Pick<StormResult, 'serverCores' | 'generatorCores'>): StormResult {
    const { connectedMs, refused, lost, nacks, statuses } = this;
    const at = (share: number) => this.#syncedMs[Math.ceil(this.#syncedMs.length * share) - 1] ?? NaN;
    const times = { connectedMs, syncedMs: at(1), p50Ms: at(0.5), p99Ms: at(0.99) };
    return { clients: this.spec.clients.length, ...times, refused, lost, nacks, statuses, ...cores };
  }
}

class Client implements FrameReader {
  readonly #storm: Storm;
  readonly #entry: Buffer;
  readonly #question: Buffer;
  #wire: WireSocket;
  #isIn = false;
  #isSynced = false;

  constructor(storm: Storm, { token, roomId }: StormSpec['clients'][number]) {
    this.#storm = storm;
    const { then, afterSeq } = storm.spec;
    this.#entry = textFrame(`40${JSON.stringify({ token, retries: true })}`);
    const payload = then === 'sync' ? { rooms: [{ roomId, afterSeq }] } : { roomId };
    this.#question = textFrame(`421${JSON.stringify([then, payload])}`);
    this.#wire = new WireSocket(storm.spec.port, this);
  }

  close(): void {
    this.#wire.close();
  }

  onFrame(buffer: Buffer, start: number, end: number): void {
    const [type, packet] = [buffer[start], buffer[start + 1]];
    if (type === two) this.#wire.send(pong);
    else if (type === zero) this.#wire.send(this.#entry);
    else if (type !== four) return;
    else if (packet === two) this.#storm.statuses += buffer[start + 4] === letterU ? 1 : 0;
    else if (packet === zero) this.#enter();
    else if (packet === three) this.#acked(buffer.toString('utf8', start, Math.min(end, start + 60)));
    else if (packet === four) this.#refused(buffer.toString('utf8', start + 2, end));
  }

  onRead(): void {}

  onClosed(): void {
    if (this.#isSynced) return;
    this.#storm.lost += 1;
    setTimeout(
      () => (this.#wire = new WireSocket(this.#storm.spec.port, this)),
      comeBackFromMs + Math.random() * comeBackSpreadMs,
    );
  }

  #enter(): void {
    if (!this.#isIn) this.#storm.letIn();
    this.#isIn = true;
    this.#wire.send(this.#question);
  }

  #acked(text: string): void {
    if (!text.includes('"ok":true')) {
      this.#storm.nacks += 1;
      setTimeout(() => this.#wire.send(this.#question), comeBackFromMs + Math.random() * comeBackSpreadMs);
      return;
    }
    if (!this.#isSynced) this.#storm.synced();
    this.#isSynced = true;
  }

  #refused(text: string): void {
    this.#storm.refused += 1;
    const { data } = JSON.parse(text) as { data?: { retryAfterMs?: number } };
    // On a connection of its own, as a client does that was told so.
    this.#wire.close();
    setTimeout(() => (this.#wire = new WireSocket(this.#storm.spec.port, this)), data?.retryAfterMs ?? comeBackFromMs);
  }
}

async function run(spec: StormSpec): Promise<StormResult> {
  const used = () => ({ server: processorSeconds(spec.pid), generator: processorSeconds(process.pid) });
  const before = used();
  const begun = performance.now();
  const clients: Client[] = [];
  let storm: Storm | undefined;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The storm did not end: ${storm?.summary}`)), stallMs);
    const all = (storm = new Storm(spec, () => {
      clearTimeout(timer);
      resolve();
    }));
    for (const client of spec.clients) clients.push(new Client(all, client));
  });
  const after = used();
  const seconds = (performance.now() - begun) / 1_000;
  for (const client of clients) client.close();
  if (!storm) throw new Error('There was no storm.');
  return storm.result({
    serverCores: (after.server - before.server) / seconds,
    generatorCores: (after.generator - before.generator) / seconds,
  });
}

process.once('message', (spec: StormSpec) => {
  run(spec).then(
    (result) => process.send?.({ type: 'result', result }),
    (error: Error) => process.send?.({ type: 'failed', reason: error.message }),
  );
});
