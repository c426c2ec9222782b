import { expect, it } from 'vitest';
import { buildContainer } from '../../src/main/build-container.ts';
import { readConfig } from '../../src/main/config/config.ts';
import { resolve, type Token } from '../../src/main/di/token.ts';
import { TOKENS } from '../../src/main/di/tokens.ts';

it('resolves everything that the composition root names', async () => {
  const config = readConfig({ DATABASE_URL: 'memory:', JWT_SECRET: 'x'.repeat(32), LOG_LEVEL: 'silent' });
  const container = buildContainer(config);
  for (const [name, token] of Object.entries(TOKENS)) {
    expect(await resolve(container, token as Token<unknown>), name).toBeDefined();
  }
});
