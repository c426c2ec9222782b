import { encodeTextFrames } from './text-frames.ts';

/** '4' is the message packet of Engine.IO; what follows is the Socket.IO packet. */
const framesOf = (packets: readonly string[]) => encodeTextFrames(packets.map((packet) => `4${packet}`));

/** An EVENT packet of Socket.IO in the main namespace. */
export const eventPacket = (event: string, payload: object) => `2${JSON.stringify([event, payload])}`;

/** An ACK packet of Socket.IO in the main namespace. */
export const ackPacket = (id: number, reply: unknown) => `3${id}${JSON.stringify([reply])}`;

/** Socket.IO packets that are encoded once, however many sockets they are written to. */
export class EncodedPackets {
  readonly packets: readonly string[];
  #joined: Buffer | null = null;
  #separate: readonly Buffer[] | null = null;

  constructor(packets: readonly string[]) {
    this.packets = packets;
  }

  /** All of them as WebSocket frames, one after the other in one buffer. */
  get joined(): Buffer {
    this.#joined ??= framesOf(this.packets);
    return this.#joined;
  }

  /** Each of them as a frame of its own. */
  get separate(): readonly Buffer[] {
    this.#separate ??= this.packets.map((packet) => framesOf([packet]));
    return this.#separate;
  }
}
