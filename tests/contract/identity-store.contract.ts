import { describe, expect, it } from 'vitest';
import type { LinkedIdentity } from '../../src/application/ports/index.ts';
import { aTimeMs, aUser, aUserId } from '../support/builders.ts';
import { inParallel } from './concurrency.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedUser } from './seed.ts';

const ISSUER = 'https://issuer.example/';

export function identityStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`IdentityStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    keeping(current);
    ending(current);
  });
}

async function anIdentity(current: CurrentPersistence, overrides: Partial<LinkedIdentity> = {}) {
  const userId = overrides.userId ?? (await storedUser(current())).id;
  const identity = { issuer: ISSUER, subject: `s-${userId}`, userId, createdAtMs: aTimeMs(), tokensFromMs: null };
  const stored: LinkedIdentity = { ...identity, ...overrides };
  await current().identities.insert(stored);
  return stored;
}

function keeping(current: CurrentPersistence): void {
  it('gives back every field as it was', async () => {
    const long = `${ISSUER}${'ü'.repeat(200)}`;
    const first = await anIdentity(current, { issuer: long, subject: 'auth0|😀'.padEnd(255, 'x') });
    const second = await anIdentity(current, { tokensFromMs: 1_700_000_000_009 });
    expect(await current().identities.find(first.issuer, first.subject)).toEqual(first);
    expect(await current().identities.find(second.issuer, second.subject)).toEqual(second);
  });

  it('tells issuers and subjects apart to the byte, and where one ends and the other begins', async () => {
    const stored = await anIdentity(current, { issuer: 'https://a/b', subject: 'Alice' });
    for (const [issuer, subject] of [
      ['https://a/b', 'alice'],
      ['https://a/b', 'Alice '],
      ['https://a/b/', 'Alice'],
      ['https://a/', 'bAlice'],
      ['https://a/bAlice', ''],
    ] as const) {
      expect(await current().identities.find(issuer, subject)).toBeNull();
      if (subject) await anIdentity(current, { issuer, subject });
    }
    expect(await current().identities.find('https://a/b', 'Alice')).toEqual(stored);
  });

  it('lets one of many that claim the same identity have it', async () => {
    const users = await Promise.all([1, 2, 3, 4, 5].map(() => storedUser(current())));
    const outcomes = await inParallel(users.length, (index) =>
      anIdentity(current, { subject: 'one', userId: users[index]?.id ?? aUserId() }).then(
        ({ userId }) => userId as string,
        (error: { code?: string }) => error.code ?? 'another error',
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'CONFLICT')).toHaveLength(users.length - 1);
    const winner = outcomes.find((outcome) => outcome !== 'CONFLICT');
    expect(await current().identities.find(ISSUER, 'one')).toMatchObject({ userId: winner });
  });

  it('is undone with its unit of work, and its user too', async () => {
    const taken = await anIdentity(current, { subject: 'taken' });
    const user = aUser();
    const unit = current().unitOfWork.run(async ({ users, identities }) => {
      await users.insert(user);
      await identities.insert({ ...taken, userId: user.id });
    });
    await expect(unit).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await current().users.byId(user.id)).toBeNull();
  });
}

function ending(current: CurrentPersistence): void {
  const from = async ({ issuer, subject }: LinkedIdentity) =>
    (await current().identities.find(issuer, subject))?.tokensFromMs;

  it('ends the tokens of all identities of a user and of nobody else, and never goes back', async () => {
    const one = await anIdentity(current);
    const same = await anIdentity(current, { userId: one.userId, subject: 'the same user elsewhere' });
    const other = await anIdentity(current);
    await current().identities.endTokens(one.userId, 1_700_000_000_500);
    await current().identities.endTokens(one.userId, 1_700_000_000_400);
    expect([await from(one), await from(same), await from(other)]).toEqual([
      1_700_000_000_500,
      1_700_000_000_500,
      null,
    ]);
    await current().identities.endTokens(aUserId(), 1);
  });

  it('forgets whose an identity is, if it is that user, and takes it for somebody else then', async () => {
    const { issuer, subject, userId } = await anIdentity(current);
    const { id: otherId } = await storedUser(current());
    await current().identities.release(issuer, subject, otherId);
    expect(await current().identities.find(issuer, subject)).toMatchObject({ userId });
    await current().identities.release(issuer, subject, userId);
    expect(await current().identities.find(issuer, subject)).toBeNull();
    await anIdentity(current, { issuer, subject, userId: otherId });
    expect(await current().identities.find(issuer, subject)).toMatchObject({ userId: otherId });
  });
}
