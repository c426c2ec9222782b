import { expect, it } from 'vitest';
import { buildContainer } from '../../src/main/build-container.ts';
import { readConfig } from '../../src/main/config/config.ts';
import { resolve, type Token } from '../../src/main/di/token.ts';
import { TOKENS } from '../../src/main/di/tokens.ts';

// Nothing listens there: starting does not wait for Redis.
const WITH_REDIS = { REDIS_URL: 'redis://127.0.0.1:1' };

it.each([
  ['alone', {}],
  ['one of several', WITH_REDIS],
])('resolves everything that the composition root names, for a node that is %s', async (_what, env) => {
  const config = readConfig({ DATABASE_URL: 'memory:', JWT_SECRET: 'x'.repeat(32), LOG_LEVEL: 'silent', ...env });
  const container = buildContainer(config);
  for (const [name, token] of Object.entries(TOKENS)) {
    expect(await resolve(container, token as Token<unknown>), name).toBeDefined();
  }
  await (await resolve(container, TOKENS.redis))?.close();
});
