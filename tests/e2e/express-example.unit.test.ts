import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { connect } from '../../src/client/client.ts';
import { until } from '../support/harness/site.ts';

const PACKAGE = "'parley-chat'";

it('the example of an Express application is short, runs, and lets its users chat', async () => {
  const code = await readFile('examples/express-app/server.js', 'utf8');
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(35);
  expect(code).toContain(PACKAGE);
  const source = pathToFileURL(join(process.cwd(), 'src/main/index.ts')).href;
  const file = join('.cache', `express-example-${process.pid}.mjs`);
  await mkdir('.cache', { recursive: true });
  // Nothing is built for the tests: the name of the package is the only thing that is another.
  await writeFile(file, code.replace(PACKAGE, `'${source}'`));
  const env = { ...process.env, PORT: '0', DATABASE_URL: 'memory:' };
  const example = spawn(process.execPath, ['--import', 'tsx', file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(example, 'exit');
  try {
    let output = '';
    example.stdout.on('data', (data: Buffer) => (output += data.toString()));
    const address = () => /http:\/\/localhost:\d+/.exec(output)?.[0];
    await until('it listens', () => address() !== undefined, 15_000);
    const url = address() ?? '';
    expect(await (await fetch(url)).text()).toBe('The shop is open.');
    const enter = async (name: string) => {
      const reply = await fetch(`${url}/login/${name}`, { method: 'POST' });
      const { token } = (await reply.json()) as { token: string };
      return connect({ url: `${url}/chat`, token });
    };
    const [ada, bob] = [await enter('ada'), await enter('bob')];
    const { room } = await ada.request('post /api/rooms', { body: { name: 'support' } });
    const heard: string[] = [];
    bob.on('message', ({ content }) => heard.push(content));
    await bob.join({ roomId: room.id });
    await ada.send(room.id, 'Do you have tea?').settled;
    await until('bob has heard', () => heard.length === 1);
    expect(heard).toEqual(['Do you have tea?']);
    for (const chat of [ada, bob]) chat.close();
    example.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  } finally {
    example.kill('SIGKILL');
    await rm(file, { force: true });
  }
}, 60_000);
