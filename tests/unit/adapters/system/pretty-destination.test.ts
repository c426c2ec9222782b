import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createPinoLogger } from '../../../../src/adapters/outbound/system/pino-logger.ts';
import { prettyDestination } from '../../../../src/adapters/outbound/system/pretty-destination.ts';

it('writes lines for a person, still without what a log must not hold', async () => {
  const to = new PassThrough();
  const logger = createPinoLogger({ level: 'info', destination: await prettyDestination({ colors: false, to }) });
  logger.info({ port: 4_000, token: 'hunter2' }, 'parley is listening');
  const line = String(await new Promise((resolve) => to.once('data', resolve)));
  expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: parley is listening \{.*"port":4000/);
  expect(line).not.toMatch(/hunter2|hostname/);
});
