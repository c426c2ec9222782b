import { describe, expect, it } from 'vitest';
import { limitOperations } from '../../../../src/adapters/inbound/limit-actions.ts';
import type { HttpHandlers } from '../../../../src/adapters/inbound/http/mount-contract.ts';
import { ActionLimits } from '../../../../src/application/access/action-limits.ts';
import { contract } from '../../../../src/contract/contract.ts';
import type { UserId } from '../../../../src/domain/user/user.ts';
import { aUserId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

type Operation = keyof HttpHandlers;
const NAMES = Object.keys(contract.http) as Operation[];
/** What a user may always do, so that nobody who has a token of theirs keeps them from it. */
const FREE: readonly Operation[] = ['logOut', 'logOutEverywhere', 'changePassword'];
const LIMITED = NAMES.filter((name) => contract.http[name].auth === 'bearer' && !FREE.includes(name));

function someHandlers() {
  const { limiter, scheduler } = createCore();
  const answers = Object.fromEntries(NAMES.map((name) => [name, async () => ({ body: name })]));
  const handlers = limitOperations(answers as unknown as HttpHandlers, new ActionLimits({ limiter }));
  const ask = (name: Operation, userId: UserId | null) => {
    const handler = handlers[name] as unknown as (input: object) => Promise<{ readonly body: string }>;
    return handler({ caller: userId === null ? undefined : { userId } });
  };
  const askOften = async (name: Operation, userId: UserId | null, times = 3_000) => {
    for (let count = 0; count < times; count += 1) await ask(name, userId);
  };
  return { ask, askOften, scheduler };
}

describe('the requests of one user', () => {
  it.each(LIMITED)('have an end in a minute, for that user alone: %s', async (name) => {
    const { ask, askOften, scheduler } = someHandlers();
    const [alice, bob] = [aUserId(), aUserId()];
    await expect(askOften(name, alice, 3_001)).rejects.toEqual(refusal('RATE_LIMITED'));
    expect(await ask(name, bob)).toEqual({ body: name });
    await scheduler.advance(60_000);
    expect(await ask(name, alice)).toEqual({ body: name });
  });

  it('share one budget where they have none of their own', async () => {
    const { ask, askOften } = someHandlers();
    const alice = aUserId();
    await askOften('viewMe', alice);
    await expect(ask('listMembers', alice)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 });
    expect(await ask('syncRooms', alice)).toEqual({ body: 'syncRooms' });
  });

  it.each(FREE)('never keep them from ending a session: %s', async (name) => {
    const { askOften } = someHandlers();
    await askOften(name, aUserId(), 5_000);
  });

  it.each(NAMES.filter((name) => contract.http[name].auth === 'none'))('are not those of nobody: %s', async (name) => {
    const { askOften } = someHandlers();
    await askOften(name, null, 5_000);
  });
});
