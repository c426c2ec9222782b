import type { IdGenerator } from '../../../../application/ports/index.ts';
import { externalUser } from '../../../../domain/user/external-user.ts';
import { emailKeyOf, usernameKeyOf, type User, type UserId } from '../../../../domain/user/user.ts';
import { dateOrNull, timeText } from '../stored-time.ts';
import { boundedKey } from '../unique-key.ts';
import type { FoundingRoom, FoundingUser } from './founding-rows.ts';
import {
  canSignIn,
  isGoodInviteCode,
  isPrivateRoom,
  msOfText,
  NOBODY,
  passwordHashOf,
  roomNameOf,
} from './founding-values.ts';
import type { ImportTables } from './import-tables.ts';
import type { Remarks } from './remarks.ts';

const NAMES_MAX = 8;
const USER_COLUMNS = 'id, email, email_key, username, username_key, password_hash, created_at, last_seen_at';
const ROOM_COLUMNS = 'id, name, name_key, is_private, invite_code, created_by, created_at';

interface PeopleDeps {
  readonly tables: ImportTables;
  readonly remarks: Remarks;
  readonly ids: IdGenerator;
}

/** Accounts and rooms. What is there already, by its id, stays as it is. */
export class ImportPeople {
  readonly #deps: PeopleDeps;

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  /** Resolves to how many were new. In the order given: of two that want one name, the first has it. */
  async users(page: readonly FoundingUser[]): Promise<number> {
    const { tables, remarks } = this.#deps;
    const source = page.map((user) => ({ ...user, id: user.id.toLowerCase() }));
    const there = await tables.among(
      'users',
      'id',
      source.map(({ id }) => id),
    );
    const fresh: User[] = [];
    const taken = await this.#takenKeys(source);
    for (const user of source.filter(({ id }) => !there.has(id))) fresh.push(await this.#asUser(user, taken));
    await tables.database.exclusively(() =>
      tables.insert(
        'users',
        USER_COLUMNS,
        fresh.map((user) => this.#userRow(user)),
        null,
      ),
    );
    const sql = 'SELECT id, email, username FROM users WHERE id IN (?)';
    const rows = await tables.database.rows<{ id: string; email: string; username: string }>(sql, [
      source.map(({ id }) => id),
    ]);
    const stored = new Map(rows.map((row) => [row.id, row]));
    for (const { id, email, username, passwordHash } of source) {
      const now = stored.get(id);
      if (!now) continue;
      if (now.username !== (username ?? '').trim().normalize('NFC')) {
        remarks.add('username changed', `${id}: ${JSON.stringify(username)} is ${JSON.stringify(now.username)}`);
      }
      if (now.email !== (email ?? '').trim())
        remarks.add('e-mail replaced', `${id}: ${JSON.stringify(email)} is ${now.email}`);
      if (!canSignIn(passwordHashOf(passwordHash))) remarks.add('password not bcrypt', `${id} needs another password`);
    }
    return fresh.length;
  }

  async rooms(page: readonly FoundingRoom[]): Promise<number> {
    const { tables, remarks, ids } = this.#deps;
    const source = page.map((room) => ({ ...room, id: room.id.toLowerCase() }));
    const there = await tables.among(
      'rooms',
      'id',
      source.map(({ id }) => id),
    );
    const fresh = source.filter(({ id }) => !there.has(id));
    const codes = await tables.among(
      'rooms',
      'invite_code',
      fresh.map(({ inviteCode }) => inviteCode).filter(isGoodInviteCode),
    );
    const { dialect } = tables.database;
    const rows = fresh.map((room) => {
      const name = roomNameOf(room);
      const isFree = isGoodInviteCode(room.inviteCode) && !codes.has(room.inviteCode);
      const inviteCode = isFree && room.inviteCode !== null ? room.inviteCode : ids.secret();
      codes.add(inviteCode);
      if (name !== room.name)
        remarks.add('room name changed', `${room.id}: ${JSON.stringify(room.name)} is ${JSON.stringify(name)}`);
      if (!isFree && room.inviteCode !== null)
        remarks.add('invite code replaced', `${room.id}: it was taken, or cannot be typed`);
      const at = timeText(msOfText(room.createdAt), dialect);
      return [
        room.id,
        name,
        name.toLowerCase(),
        isPrivateRoom(room),
        inviteCode,
        (room.ownerId ?? NOBODY).toLowerCase(),
        at,
      ];
    });
    await tables.database.exclusively(() => tables.insert('rooms', ROOM_COLUMNS, rows, null));
    return rows.length;
  }

  async #asUser(
    user: FoundingUser,
    taken: { readonly emails: Set<string>; readonly names: Set<string> },
  ): Promise<User> {
    const draft = {
      id: user.id as UserId,
      createdAtMs: msOfText(user.createdAt),
      lastSeenAtMs: user.lastSeenAt === null ? null : msOfText(user.lastSeenAt),
      disabledAtMs: null,
      erasedAtMs: null,
    };
    const profile = { email: user.email, username: user.username };
    const email = user.email !== null && taken.emails.has(boundedKey(emailKeyOf(user.email)));
    for (let names = 0; names < NAMES_MAX; names += 1) {
      const candidate = externalUser(draft, profile, { email, names });
      const key = boundedKey(usernameKeyOf(candidate.username));
      const isTaken =
        taken.names.has(key) || (names > 0 && (await this.#deps.tables.among('users', 'username_key', [key])).size > 0);
      if (isTaken) continue;
      taken.names.add(key);
      taken.emails.add(boundedKey(emailKeyOf(candidate.email)));
      return { ...candidate, passwordHash: passwordHashOf(user.passwordHash) };
    }
    throw new Error(`No username could be found for the user ${user.id}.`);
  }

  async #takenKeys(page: readonly FoundingUser[]) {
    const { tables } = this.#deps;
    const names = page.map(({ username }) => boundedKey(usernameKeyOf(username ?? '')));
    const emails = page.map(({ email }) => boundedKey(emailKeyOf(email ?? '')));
    return {
      names: await tables.among('users', 'username_key', names),
      emails: await tables.among('users', 'email_key', emails),
    };
  }

  #userRow(user: User): unknown[] {
    const { dialect } = this.#deps.tables.database;
    const at = (ms: number | null) => dateOrNull(ms) && timeText(ms ?? 0, dialect);
    return [
      user.id,
      user.email,
      boundedKey(emailKeyOf(user.email)),
      user.username,
      boundedKey(usernameKeyOf(user.username)),
      user.passwordHash,
      at(user.createdAtMs),
      at(user.lastSeenAtMs),
    ];
  }
}
