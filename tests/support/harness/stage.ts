import { call, type HttpAnswer } from './http.ts';
import type { Device, Person } from './person.ts';
import type { Site } from './site.ts';

export const ROLES = [
  'anonymous',
  'stranger',
  'invited',
  'former',
  'banned',
  'member',
  'muted',
  'admin',
  'owner',
] as const;
export type Role = (typeof ROLES)[number];
type Somebody = Exclude<Role, 'anonymous'>;

export const KINDS = ['public', 'private', 'read-only'] as const;
export type Kind = (typeof KINDS)[number];

const INSIDE = ['member', 'muted', 'admin', 'former', 'banned'] as const;

interface Cast {
  readonly people: Readonly<Record<Somebody, Person>>;
  readonly devices: Readonly<Record<Somebody, Device>>;
  /** Somebody for each role to act upon. */
  readonly targets: Readonly<Record<Role, Person>>;
}

/** A room with somebody in every role, and what they hold. */
export class Stage {
  readonly site: Site;
  readonly cast: Cast;
  readonly roomId: string;
  /** The room's own code. */
  readonly roomCode: string;
  readonly messageId: string;
  readonly inviteId: string;

  constructor(site: Site, cast: Cast, room: Pick<Stage, 'roomId' | 'roomCode' | 'messageId' | 'inviteId'>) {
    this.site = site;
    this.cast = cast;
    this.roomId = room.roomId;
    this.roomCode = room.roomCode;
    this.messageId = room.messageId;
    this.inviteId = room.inviteId;
  }

  /** What the role has got hold of: an invite, be it one that is of no use any more, or nothing that leads anywhere. */
  codeOf(role: Role): string {
    return role === 'stranger' || role === 'former' ? 'no-code' : this.roomCode;
  }

  target(role: Role): Person {
    return this.cast.targets[role];
  }

  device(role: Somebody): Device {
    return this.cast.devices[role];
  }

  /** In the room's own name: what has to be so before somebody acts. */
  async owner(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return this.cast.people.owner.call(method, `/api/rooms/${this.roomId}${path}`, body);
  }

  call(role: Role, method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    if (role === 'anonymous') return call(this.site.url, method, path, { body });
    return this.cast.people[role].call(method, path, body);
  }
}

/** Sets stages: one of each kind for what changes nothing, and a fresh one for what does. */
export class Stages {
  readonly #site: Site;
  #cast: Promise<Cast> | null = null;
  readonly #kept = new Map<Kind, Promise<Stage>>();

  constructor(site: Site) {
    this.#site = site;
  }

  of(kind: Kind, isFresh: boolean): Promise<Stage> {
    if (isFresh) return this.#set(kind);
    const kept = this.#kept.get(kind) ?? this.#set(kind);
    this.#kept.set(kind, kept);
    return kept;
  }

  async #set(kind: Kind): Promise<Stage> {
    const cast = await (this.#cast ??= this.#hire());
    const { owner, muted, admin, banned } = cast.people;
    const roomId = await owner.createRoom({ isPrivate: kind === 'private' });
    const path = `/api/rooms/${roomId}`;
    const { inviteCode: roomCode } = (await owner.call('GET', `${path}/invite`)).body;
    for (const role of INSIDE) await cast.people[role].join(roomId, roomCode);
    const done = [
      await owner.call('PATCH', `${path}/members/${admin.id}`, { role: 'admin' }),
      await owner.call('POST', `${path}/mutes/${muted.id}`, {}),
      await owner.call('POST', `${path}/bans/${banned.id}`, {}),
      await cast.people.former.call('DELETE', `${path}/members/me`),
      ...(kind === 'read-only' ? [await owner.call('PATCH', path, { readOnly: true })] : []),
    ];
    for (const { status, body } of done) if (status >= 400) throw new Error(`setting the stage: ${body.code}`);
    const { body: sent } = await owner.call('POST', `${path}/messages`, { content: 'first' });
    const { body: invited } = await owner.call('POST', `${path}/invites`, {});
    const room = { roomId, roomCode, messageId: sent.message.id, inviteId: invited.invite.id };
    return new Stage(this.#site, cast, room);
  }

  async #hire(): Promise<Cast> {
    const roles = ROLES.filter((role) => role !== 'anonymous');
    const people = await Promise.all(roles.map(async (role) => [role, await this.#site.lasting(role)] as const));
    const targets = await Promise.all(
      ROLES.map(async (role) => [role, await this.#site.lasting(`to-${role}`)] as const),
    );
    const devices = await Promise.all(people.map(async ([role, person]) => [role, await person.connect()] as const));
    return {
      people: Object.fromEntries(people) as Cast['people'],
      targets: Object.fromEntries(targets) as Cast['targets'],
      devices: Object.fromEntries(devices) as Cast['devices'],
    };
  }
}
