import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Called for each text frame, with the place of its text in a buffer that is only good during the call. */
export interface FrameReader {
  onFrame(buffer: Buffer, start: number, end: number): void;
  /** After the last whole frame of what the system handed over at once. */
  onRead(): void;
  onClosed(reason: string): void;
}

// One for all sockets: each read is used up before the next one happens.
const readBuffer = Buffer.allocUnsafe(256 * 1024);

const upgrade = (port: number): string =>
  [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');

/**
 * A WebSocket that does the least a client can do: it copies nothing, decodes nothing and offers no compression. With `ws`
 * itself the generator would use up a core long before the servers do.
 */
export class WireSocket {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #rest: Buffer | null = null;
  #upgraded = false;
  #closing = false;

  constructor(port: number, reader: FrameReader) {
    this.#reader = reader;
    const callback = (bytes: number): boolean => {
      this.#received(readBuffer.subarray(0, bytes));
      return true;
    };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer: readBuffer, callback } });
    this.#socket.on('error', (error) => this.#closed(error.message));
    this.#socket.on('close', () => this.#closed('the server closed the connection'));
    this.#socket.write(upgrade(port));
  }

  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** In one write, as far as the system takes it. */
  sendAll(frames: readonly Buffer[]): void {
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #closed(reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#reader.onClosed(reason);
  }

  #received(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    let position = 0;
    if (!this.#upgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end === -1) return this.#keep(bytes, 0);
      const status = bytes.toString('latin1', 0, 12);
      if (status !== 'HTTP/1.1 101') return this.#closed(`the upgrade was answered with ${status}`);
      this.#upgraded = true;
      position = end + 4;
    }
    position = this.#readFrames(bytes, position);
    if (position < bytes.length) this.#keep(bytes, position);
    this.#reader.onRead();
  }

  #keep(bytes: Buffer, from: number): void {
    // A copy, because the next read overwrites the buffer.
    this.#rest = Buffer.from(bytes.subarray(from));
  }

  /** Returns where the first frame begins that is not whole yet. A server's frames are not masked. */
  #readFrames(bytes: Buffer, from: number): number {
    let position = from;
    const total = bytes.length;
    while (total - position >= 2) {
      const opcode = (bytes[position] as number) & 0x0f;
      let length = (bytes[position + 1] as number) & 0x7f;
      let start = position + 2;
      if (length === 126) {
        start += 2;
        if (total < start) break;
        length = bytes.readUInt16BE(position + 2);
      } else if (length === 127) {
        start += 8;
        if (total < start) break;
        length = Number(bytes.readBigUInt64BE(position + 2));
      }
      const end = start + length;
      if (total < end) break;
      if (opcode === 1) this.#reader.onFrame(bytes, start, end);
      else if (opcode === 8) this.#closed(`closed with code ${length >= 2 ? bytes.readUInt16BE(start) : 'none'}`);
      position = end;
    }
    return position;
  }
}

/** A client's frame, masked with zeros: as the standard wants it, and still readable. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header =
    payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([...header, 0, 0, 0, 0]), payload]);
}
