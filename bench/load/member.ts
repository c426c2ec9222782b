import { FieldFinder } from './field-finder.ts';
import type { LoadSpec, RoomSpec } from './spec.ts';
import type { Tally } from './tally.ts';
import { textFrame, WireSocket, type FrameReader } from './wire-socket.ts';

/** A room as the generator knows it: what was sent to it, and what every member therefore has to get. */
export class LoadRoom {
  readonly spec: RoomSpec;
  sent = 0;
  numbersSent = 0;
  /** The seq of the first message that anybody got. */
  firstSeq = 0;

  constructor(spec: RoomSpec) {
    this.spec = spec;
  }
}

const seqField = new FieldFinder('"seq":');
const numberField = new FieldFinder('"content":"');
const pong = textFrame('3');
const filler = ' a message of ordinary length, as people send them all day';
const numberDigits = 8;
const entryAckId = 9_999;
const run = Math.random().toString(36).slice(2, 10);

const byte = (character: string) => character.charCodeAt(0);
const [zero, two, three, four] = [byte('0'), byte('2'), byte('3'), byte('4')];
const [letterR, letterE, letterC, letterT, bracket] = [byte('r'), byte('e'), byte('c'), byte('t'), byte('[')];

let lastNumber = 0;

/** One connection. It sends as its acks come in, and checks each message that it gets. */
export class Member implements FrameReader {
  readonly room: LoadRoom;
  received = 0;
  numbersReceived = 0;
  #lastSeq = 0;
  readonly #token: string;
  readonly #spec: LoadSpec;
  readonly #tally: Tally;
  readonly #wire: WireSocket;
  readonly #frames: Buffer[] = [];
  readonly #sentAtMs: number[] = [];
  readonly #free: number[] = [];
  #entered: (() => void) | null = null;

  constructor(room: LoadRoom, token: string, spec: LoadSpec, tally: Tally, entered: () => void) {
    this.room = room;
    this.#token = token;
    this.#spec = spec;
    this.#tally = tally;
    this.#entered = entered;
    this.#wire = new WireSocket(spec.port, this);
  }

  close(): void {
    this.#wire.close();
  }

  /** From now on a new message follows each ack. */
  startSending(): void {
    for (let slot = 0; slot < this.#spec.inFlight; slot += 1) this.#free.push(slot);
    this.#sendNext();
  }

  sendOne(): void {
    this.#free.push(0);
    this.#sendNext();
  }

  onFrame(buffer: Buffer, start: number, end: number): void {
    const type = buffer[start];
    if (type === four) {
      const packet = buffer[start + 1];
      if (packet === two) {
        if (buffer[start + 4] === letterR && buffer[start + 5] === letterE && buffer[start + 6] === letterC) {
          this.#delivered(buffer, start, end);
        } else if (buffer[start + 4] === letterE) this.#tally.error(`event ${buffer.toString('utf8', start, end)}`);
      } else if (packet === three) this.#acked(buffer, start + 2, end);
      else if (packet === zero) this.#enter();
      else this.#tally.error(`refused: ${buffer.toString('utf8', start, end)}`);
    } else if (type === two) this.#wire.send(pong);
    else if (type === zero) this.#wire.send(textFrame(`40${JSON.stringify({ token: this.#token })}`));
  }

  onRead(): void {
    if (this.#free.length > 0) {
      if (this.#tally.stopping) this.#free.length = 0;
      else this.#sendNext();
    }
    this.#tally.checkAwaited();
  }

  onClosed(reason: string): void {
    this.#tally.error(`a connection was lost: ${reason}`);
  }

  #enter(): void {
    const { entry } = this.#spec;
    const payload = entry === 'sync' ? { rooms: [] } : { roomId: this.room.spec.id };
    this.#wire.send(textFrame(`42${entryAckId}${JSON.stringify([entry, payload])}`));
  }

  #delivered(buffer: Buffer, start: number, end: number): void {
    const tally = this.#tally;
    tally.delivered += 1;
    tally.deliveredBytes += end - start;
    this.received += 1;
    this.numbersReceived += numberField.numberIn(buffer, start, end);
    if (!this.#spec.sequenced) return;
    const seq = seqField.numberIn(buffer, start, end);
    if (seq !== this.#lastSeq + 1) this.#checkFirst(seq);
    this.#lastSeq = seq;
  }

  #checkFirst(seq: number): void {
    if (this.#lastSeq !== 0) {
      this.#tally.error('a seq did not follow the one before');
      return;
    }
    if (this.room.firstSeq === 0) this.room.firstSeq = seq;
    if (this.room.firstSeq !== seq) this.#tally.error('two members did not begin with the same seq');
  }

  #acked(buffer: Buffer, start: number, end: number): void {
    let slot = 0;
    let position = start;
    for (; position < end && buffer[position] !== bracket; position += 1) {
      slot = slot * 10 + (buffer[position] as number) - zero;
    }
    // [{"ok":true
    const ok = buffer[position + 7] === letterT;
    if (!ok) this.#tally.error(`nack: ${buffer.toString('utf8', start, Math.min(end, start + 200))}`);
    if (slot === entryAckId) {
      this.#entered?.();
      this.#entered = null;
      return;
    }
    const sentAtMs = this.#sentAtMs[slot] ?? 0;
    if (sentAtMs === 0) {
      this.#tally.error('an ack came that nobody waits for');
      return;
    }
    this.#sentAtMs[slot] = 0;
    this.#tally.acked += 1;
    if (!ok) this.#tally.refused += 1;
    this.#tally.sample(performance.now() - sentAtMs);
    if (this.#spec.inFlight > 0 && !this.#tally.stopping) this.#free.push(slot);
  }

  #sendNext(): void {
    const nowMs = performance.now();
    const frames = this.#free.map((slot) => {
      this.#sentAtMs[slot] = nowMs;
      return this.#nextFrame(slot);
    });
    this.#free.length = 0;
    if (frames.length === 1) this.#wire.send(frames[0] as Buffer);
    else this.#wire.sendAll(frames);
  }

  /** A slot's frame is written over only after its ack, when the server has long read it. */
  #nextFrame(slot: number): Buffer {
    lastNumber += 1;
    this.room.sent += 1;
    this.room.numbersSent += lastNumber;
    this.#tally.sent += 1;
    const frame = (this.#frames[slot] ??= this.#frameOf(slot));
    const digits = String(lastNumber).padStart(numberDigits, '0');
    frame.write(digits, frame.length - filler.length - digits.length - 3, 'latin1');
    frame.write(digits, frame.indexOf(run) + run.length + 1, 'latin1');
    return frame;
  }

  #frameOf(slot: number): Buffer {
    const blank = '0'.repeat(numberDigits);
    const payload = { roomId: this.room.spec.id, clientMessageId: `${run}-${blank}`, content: `${blank}${filler}` };
    return textFrame(`42${slot}${JSON.stringify(['send_message', payload])}`);
  }
}
