import { expect, it } from 'vitest';
import { createMemoryPersistence } from '../../../../src/adapters/outbound/memory/create-memory-persistence.ts';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { InMemoryTokens } from '../../../../src/adapters/outbound/memory/in-memory-tokens.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { SequentialIds } from '../../../../src/adapters/outbound/memory/sequential-ids.ts';
import { ExternalSessions } from '../../../../src/application/auth/external-sessions.ts';
import type { ExternalIdentity } from '../../../../src/application/ports/index.ts';
import { erasing } from '../../../support/erasing.ts';

const START_MS = 1_767_225_600_000;
const ZOE = { issuer: 'https://issuer.example', subject: 'zoe', email: 'zoe@example.org', username: 'zoe' };

/** Nodes that believe whatever is said, on one store. */
function stage() {
  const persistence = createMemoryPersistence();
  const [clock, ids, logger] = [new ManualClock(START_MS), new SequentialIds(''), new InMemoryLogger()];
  const tokens = new InMemoryTokens({ clock, ids, expiresInSeconds: 60 });
  const aNode = () => {
    // A token says when it was issued, and nothing else.
    const verify = (token: string): Promise<ExternalIdentity> => {
      const issuedAtMs = Number(token);
      return Promise.resolve({ ...ZOE, issuedAtMs, expiresAtMs: issuedAtMs + 3_600_000, fingerprint: token });
    };
    return new ExternalSessions({ ...persistence, provider: { verify }, tokens, ids, clock, logger });
  };
  const isLive = async ({ sessionId }: { sessionId: Parameters<typeof persistence.sessions.byId>[0] }) =>
    (await persistence.sessions.liveAmong([sessionId], clock.nowMs())).size > 0;
  return { persistence, clock, aNode, isLive };
}

it('makes of an erased user no one again by a token from before, and another one by a later one', async () => {
  const { persistence, clock, aNode, isLive } = stage();
  const before = String(START_MS - 1_000);
  const first = await aNode().claimsOf(before);
  expect(await isLive(first)).toBe(true);
  const { erase, clock: erasureClock } = erasing(persistence);
  erasureClock.set(START_MS);
  await erase.execute(first.userId);
  clock.set(START_MS + 5_000);

  const again = await aNode().claimsOf(before);
  expect({ userId: again.userId, isLive: await isLive(again) }).toEqual({ userId: first.userId, isLive: false });
  expect(await persistence.users.byUsername(ZOE.username)).toBeNull();

  const later = await aNode().claimsOf(String(START_MS + 1_000));
  expect(later.userId).not.toBe(first.userId);
  expect(await isLive(later)).toBe(true);
  expect(await persistence.users.byUsername(ZOE.username)).toMatchObject({ id: later.userId });
  expect(await persistence.users.byId(first.userId)).toMatchObject({ erasedAtMs: START_MS });
  expect((await persistence.records.of(first.userId)).identities).toEqual([]);
});
