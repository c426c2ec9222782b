import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { Person } from '../support/harness/person.ts';
import { startServer } from '../support/harness/server.ts';
import { until } from '../support/harness/site.ts';

const SECTION = /## Use from a browser or Node\n.*?```js\n(.*?)```/s;
const PACKAGE = "'parley-chat/client'";

it('the example of the README runs as it stands there', async () => {
  const [, code = ''] = SECTION.exec(await readFile('README.md', 'utf8')) ?? [];
  expect(code).toContain(PACKAGE);
  const source = pathToFileURL(join(process.cwd(), 'src/client/client.ts')).href;
  const file = join('.cache', `readme-client-${process.pid}.mjs`);
  await mkdir('.cache', { recursive: true });
  // Nothing is built for the tests: the name of the package is the only thing that is another.
  await writeFile(file, code.replace(PACKAGE, `'${source}'`));
  const server = await startServer();
  const [alice, bob] = [await Person.register(server.url, 'alice'), await Person.register(server.url, 'bob')];
  const roomId = await alice.createRoom();
  const env = { ...process.env, URL: server.url, TOKEN: bob.token, ROOM: roomId };
  const example = spawn(process.execPath, ['--import', 'tsx', file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let output = '';
    example.stdout.on('data', (data: Buffer) => (output += data.toString()));
    await until('the example has sent', () => output.includes('stored') && output.includes('4 hello'), 15_000);
    await alice.call('POST', `/api/rooms/${roomId}/messages`, { content: 'hello bob' });
    await until('the example has heard', () => output.includes('5 hello bob'));
    const lines = output.trim().split('\n').sort();
    expect(lines).toEqual(
      ['(live)', `${bob.username} is here`, '2 members, 3 entries so far', '4 hello', '5 hello bob', 'stored'].sort(),
    );
  } finally {
    if (example.exitCode === null) {
      example.kill();
      await once(example, 'exit');
    }
    await rm(file);
    await server.stop();
  }
});
