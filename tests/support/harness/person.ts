import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { call, type HttpAnswer } from './http.ts';

let counter = 0;

/* eslint-disable @typescript-eslint/no-explicit-any -- a plain client knows no types */

export interface Reply {
  readonly ok: boolean;
  readonly data?: any;
  readonly error?: { code: string; message: string; retryAfterMs?: number; details?: unknown };
}

/** A socket with everything that it has heard, in order. */
export class Device {
  readonly socket: Socket;
  readonly heard: { readonly event: string; readonly payload: any }[] = [];

  constructor(url: string, token: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, { auth: { token }, forceNew: true, ...options });
    this.socket.onAny((event: string, payload: unknown) => this.heard.push({ event, payload }));
  }

  async connected(): Promise<this> {
    if (this.socket.connected) return this;
    await new Promise<void>((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
    return this;
  }

  /** Resolves to the ack. */
  ask(event: string, payload?: unknown): Promise<Reply> {
    return this.socket.timeout(10_000).emitWithAck(event, payload) as Promise<Reply>;
  }

  all(event: string): any[] {
    return this.heard.filter((item) => item.event === event).map((item) => item.payload);
  }

  /** The first payload of the event, heard already or soon, that matches. */
  async hears(event: string, matches: (payload: any) => boolean = () => true): Promise<any> {
    const found = () => this.all(event).find(matches);
    for (let waited = 0; waited < 8_000; waited += 10) {
      const payload = found();
      if (payload !== undefined) return payload;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${event} was not heard; heard: ${this.heard.map((item) => item.event).join(', ') || 'nothing'}`);
  }

  close(): void {
    this.socket.disconnect();
  }
}

/** Somebody with an account. */
export class Person {
  readonly url: string;
  readonly email: string;
  readonly username: string;
  readonly password: string;
  id = '';
  token = '';
  refreshToken = '';
  readonly devices: Device[] = [];

  constructor(url: string, name = 'person') {
    counter += 1;
    this.url = url;
    this.username = `${name}-${process.pid}-${counter}`;
    this.email = `${this.username}@example.com`;
    this.password = `password of ${name}`;
  }

  static async register(url: string, name?: string): Promise<Person> {
    const person = new Person(url, name);
    const { email, username, password } = person;
    const { status, body } = await call(url, 'POST', '/api/auth/register', { body: { email, username, password } });
    if (status !== 201) throw new Error(`register answered ${status}: ${JSON.stringify(body)}`);
    person.id = body.user.id;
    person.token = body.token;
    person.refreshToken = body.refreshToken;
    return person;
  }

  call(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return call(this.url, method, path, { token: this.token, body });
  }

  async connect(options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Device> {
    const device = new Device(this.url, this.token, options);
    this.devices.push(device);
    return device.connected();
  }

  async createRoom(options: { name?: string; isPrivate?: boolean } = {}): Promise<string> {
    const { status, body } = await this.call('POST', '/api/rooms', { name: 'a room', ...options });
    if (status !== 201) throw new Error(`creating a room answered ${status}: ${JSON.stringify(body)}`);
    return body.room.id;
  }

  async join(roomId: string, inviteCode?: string): Promise<void> {
    const { status, body } = await this.call('POST', '/api/rooms/join', { roomId, inviteCode });
    if (status !== 200) throw new Error(`joining answered ${status}: ${JSON.stringify(body)}`);
  }

  close(): void {
    for (const device of this.devices) device.close();
  }
}

/** Resolves when everything that was sent to the device before is certainly heard: an ack comes after what was emitted. */
export async function settled(...devices: readonly Device[]): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(devices.map((device) => device.ask('sync', { rooms: [] })));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
