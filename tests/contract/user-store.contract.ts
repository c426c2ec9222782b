import { describe, expect, it } from 'vitest';
import { emailKeyOf, usernameKeyOf, type User } from '../../src/domain/user/user.ts';
import { aTimeMs, aUser, aUserId } from '../support/builders.ts';
import { countTrue, inParallel } from './concurrency.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedUser } from './seed.ts';

// U+FB01 is the ligature fi, U+FF26 a full-width F, U+0301 a combining acute accent.
const EMAIL_VARIANTS = [
  'fi\u00e9@example.org',
  'FI\u00c9@EXAMPLE.ORG',
  '  fi\u00e9@example.org ',
  '\ufb01\u00e9@example.org',
  'fie\u0301@example.org',
  '\uff26i\u00e9@example.org',
];
const USERNAME_VARIANTS = ['stra\u00dfe fi', 'STRASSE FI', ' strasse fi ', 'Stra\u00dfe \ufb01', '\uff33trasse fi'];

export function userStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`UserStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    emails(current);
    usernames(current);
    lookups(current);
    changes(current);
  });
}

/** 'ok' or the code of the refusal. */
async function outcomeOf(insert: Promise<void>): Promise<unknown> {
  return insert.then(
    () => 'ok',
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  );
}

function emails(current: CurrentPersistence): void {
  it('gives one e-mail to one of many parallel inserts, in whatever spelling', async () => {
    expect(new Set(EMAIL_VARIANTS.map(emailKeyOf)).size).toBe(1);
    const users = [...EMAIL_VARIANTS, ...EMAIL_VARIANTS].map((email) => aUser({ email }));
    const outcomes = await inParallel(users.length, (index) => outcomeOf(current().users.insert(users[index] as User)));
    expect(outcomes.toSorted()).toEqual([...users.slice(1).map(() => 'EMAIL_TAKEN'), 'ok']);
    const winner = users[outcomes.indexOf('ok')];
    for (const email of EMAIL_VARIANTS) expect(await current().users.byEmail(email)).toEqual(winner);
  });

  it('names the e-mail when the username is taken as well', async () => {
    const first = await storedUser(current());
    const second = await storedUser(current());
    const both = { email: first.email, username: first.username };
    expect(await outcomeOf(current().users.insert(aUser(both)))).toBe('EMAIL_TAKEN');
    const mixed = { email: first.email, username: second.username };
    expect(await outcomeOf(current().users.insert(aUser(mixed)))).toBe('EMAIL_TAKEN');
  });

  it('names the e-mail to every loser of a race for both', async () => {
    const both = { email: 'both@example.org', username: 'both' };
    const outcomes = await inParallel(10, () => outcomeOf(current().users.insert(aUser(both))));
    expect(outcomes.toSorted()).toEqual([...Array.from({ length: 9 }, () => 'EMAIL_TAKEN'), 'ok']);
  });

  it('takes e-mails that only look alike for different ones', async () => {
    for (const name of ['jose', 'jos\u00e9', 'jos\u00e8', 'jos.e', 'jo\u0455e']) {
      const user = await storedUser(current(), { email: `${name}@example.org` });
      expect(await current().users.byEmail(user.email)).toEqual(user);
    }
  });
}

function usernames(current: CurrentPersistence): void {
  it('gives one username to one of many parallel inserts, in whatever spelling', async () => {
    expect(new Set(USERNAME_VARIANTS.map(usernameKeyOf)).size).toBe(1);
    const users = [...USERNAME_VARIANTS, ...USERNAME_VARIANTS].map((username) => aUser({ username }));
    const outcomes = await inParallel(users.length, (index) => outcomeOf(current().users.insert(users[index] as User)));
    expect(outcomes.toSorted()).toEqual([...users.slice(1).map(() => 'USERNAME_TAKEN'), 'ok']);
    const found = await current().users.byIds(users.map((user) => user.id));
    expect(found).toEqual([users[outcomes.indexOf('ok')]]);
  });

  it('takes usernames that only look alike for different ones', async () => {
    for (const username of ['jose', 'jos\u00e9', 'jos\u00e8', 'jos e', 'jo\u0455e']) {
      const user = await storedUser(current(), { username });
      expect(await current().users.byId(user.id)).toEqual(user);
    }
  });

  it('keeps nothing of a refused user: the e-mail and the id are free', async () => {
    const { username } = await storedUser(current());
    const refused = aUser({ username });
    expect(await outcomeOf(current().users.insert(refused))).toBe('USERNAME_TAKEN');
    expect(await current().users.byId(refused.id)).toBeNull();
    expect(await current().users.byEmail(refused.email)).toBeNull();
    const second = aUser({ id: refused.id, email: refused.email });
    await current().users.insert(second);
    expect(await current().users.byEmail(refused.email)).toEqual(second);
  });

  it('keeps apart the longest usernames, also when their keys are many times longer', async () => {
    // One character whose compatibility form has 18.
    const long = '\ufdfd'.repeat(49);
    const one = await storedUser(current(), { username: `${long}a` });
    const other = await storedUser(current(), { username: `${long}b` });
    expect(await current().users.byId(one.id)).toEqual(one);
    expect(await current().users.byId(other.id)).toEqual(other);
    expect(await outcomeOf(current().users.insert(aUser({ username: `${long}A` })))).toBe('USERNAME_TAKEN');
  });
}

function lookups(current: CurrentPersistence): void {
  it('gives back every field as it was, text byte for byte and times to the millisecond', async () => {
    const never = await storedUser(current(), {
      email: 'Ann.O\u2019Neil+tag@Example.org',
      username: "Zoë \\ %_' \u{1f469}\u200d\u{1f680} \u{20000}",
      createdAtMs: 1_700_000_000_001,
    });
    const seen = await storedUser(current(), { createdAtMs: 1_700_000_000_999, lastSeenAtMs: 1_712_345_678_909 });
    expect(await current().users.byId(never.id)).toEqual(never);
    expect(await current().users.byId(seen.id)).toEqual(seen);
    expect(await current().users.byEmail(never.email)).toEqual(never);
  });

  it('answers null for an unknown id and an unknown e-mail', async () => {
    await storedUser(current());
    expect(await current().users.byId(aUserId())).toBeNull();
    expect(await current().users.byEmail('nobody@example.org')).toBeNull();
    expect(await current().users.byEmail('')).toBeNull();
    expect(await current().unitOfWork.run(({ users }) => users.lock(aUserId()))).toBeNull();
  });

  it('finds a user by the username in any spelling, and nobody by one that only looks alike', async () => {
    const user = await storedUser(current(), { username: USERNAME_VARIANTS[0] ?? '' });
    for (const spelling of USERNAME_VARIANTS) expect(await current().users.byUsername(spelling)).toEqual(user);
    for (const other of ['', 'stra\u00dfe', 'strase fi', user.email]) {
      expect(await current().users.byUsername(other)).toBeNull();
    }
  });

  it('finds many by id, leaving out the unknown; of no ids there is nobody', async () => {
    const users = [await storedUser(current()), await storedUser(current()), await storedUser(current())];
    const [one, , three] = users.map((user) => user.id) as [User['id'], User['id'], User['id']];
    const found = await current().users.byIds([three, aUserId(), one]);
    expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([users[0], users[2]]);
    expect(await current().users.byIds([])).toEqual([]);
    expect(await current().users.byIds([aUserId()])).toEqual([]);
  });
}

function changes(current: CurrentPersistence): void {
  const lastSeenOf = async (user: User) => (await current().users.byId(user.id))?.lastSeenAtMs;

  it('replaces the password hash of that user only', async () => {
    const user = await storedUser(current());
    const other = await storedUser(current());
    const change = { from: user.passwordHash, to: '$2b$12$new' };
    expect(await current().users.setPasswordHash(user.id, change)).toBe(true);
    expect(await current().users.byId(user.id)).toEqual({ ...user, passwordHash: '$2b$12$new' });
    expect(await current().users.byId(other.id)).toEqual(other);
  });

  it('replaces no hash but the one that it was told, in this very spelling', async () => {
    const user = await storedUser(current());
    for (const from of ['', '$2b$12$other', user.passwordHash.toUpperCase()]) {
      expect(await current().users.setPasswordHash(user.id, { from, to: '$2b$12$new' })).toBe(false);
    }
    expect(await current().users.byId(user.id)).toEqual(user);
    const change = { from: user.passwordHash, to: '$2b$12$new' };
    expect(await current().users.setPasswordHash(aUserId(), change)).toBe(false);
    expect(await current().users.setPasswordHash(user.id, { ...change, to: change.from })).toBe(true);
  });

  it('lets exactly one of parallel changes from one hash through', async () => {
    const user = await storedUser(current());
    const hashes = Array.from({ length: 10 }, (_, index) => `$2b$12$new-${index}`);
    const outcomes = await inParallel(hashes.length, (index) =>
      current().users.setPasswordHash(user.id, { from: user.passwordHash, to: hashes[index] ?? '' }),
    );
    expect(countTrue(outcomes)).toBe(1);
    expect((await current().users.byId(user.id))?.passwordHash).toBe(hashes[outcomes.indexOf(true)]);
  });

  it('moves last seen forward only, and leaves unknown and unnamed users alone', async () => {
    const [ann, bob, eve] = [await storedUser(current()), await storedUser(current()), await storedUser(current())];
    const [early, middle, late] = [aTimeMs(), aTimeMs(), aTimeMs()];
    await current().users.markSeen([ann.id], late);
    await current().users.markSeen([bob.id], early);
    await current().users.markSeen([ann.id, aUserId(), bob.id], middle);
    expect(await Promise.all([ann, bob, eve].map(lastSeenOf))).toEqual([late, middle, null]);
    expect(await current().users.byId(ann.id)).toEqual({ ...ann, lastSeenAtMs: late });
    await current().users.markSeen([aUserId()], late);
    await current().users.markSeen([], late);
    expect(await lastSeenOf(eve)).toBeNull();
  });

  it('disables that user only, and enables again', async () => {
    const [user, other] = [await storedUser(current()), await storedUser(current())];
    const atMs = aTimeMs();
    expect(await current().users.setDisabled(user.id, atMs)).toBe(true);
    expect(await current().users.byId(user.id)).toEqual({ ...user, disabledAtMs: atMs });
    expect(await current().unitOfWork.run(({ users }) => users.lock(user.id))).toMatchObject({ disabledAtMs: atMs });
    expect(await current().users.byId(other.id)).toEqual(other);
    expect(await current().users.setDisabled(user.id, null)).toBe(true);
    expect(await current().users.setDisabled(user.id, null)).toBe(true);
    expect(await current().users.byId(user.id)).toEqual(user);
    expect(await current().users.setDisabled(aUserId(), atMs)).toBe(false);
  });

  it('ends at the latest of parallel sightings', async () => {
    const user = await storedUser(current());
    const times = [3, 9, 1, 10, 4, 7, 2, 8, 6, 5].map((step) => user.createdAtMs + step);
    await inParallel(times.length, (index) => current().users.markSeen([user.id], times[index] ?? 0));
    expect(await lastSeenOf(user)).toBe(Math.max(...times));
  });
}
