import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/harness/site.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- what npm says has no types */

const run = promisify(execFile);
const MANIFEST = { name: 'somebodys-project', version: '1.0.0', private: true, type: 'module' };
const SETTINGS = { PORT: '0', HOST: '127.0.0.1', BCRYPT_COST: '4' };

/** As a program of somebody who installed the package would use it. */
const PROGRAM = `
import { connect } from 'parley-chat/client';
import { contract } from 'parley-chat/contract';
const [url] = process.argv.slice(2);
const { path } = contract.http.register;
const body = JSON.stringify({ email: 'ada@example.org', username: 'ada', password: 'correct horse' });
const reply = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
const { token } = await reply.json();
const chat = await connect({ url, token });
const { room } = await chat.request('post /api/rooms', { body: { name: 'general' } });
await chat.join({ roomId: room.id });
const outcome = await chat.send(room.id, 'hello').settled;
console.log(outcome.ok ? 'stored' : outcome.error.code);
chat.close();
`;

/** Whatever the package exports, with its types. The last line is wrong, and has to be found. */
const TYPED = `
import { createParley, AppError, type Adapters, type Parley, type ParleyOptions } from 'parley-chat';
import { connect, type Message } from 'parley-chat/client';
import { contract } from 'parley-chat/contract';

const logger: NonNullable<Adapters['logger']> = { debug() {}, info() {}, warn() {}, error() {} };
const options: ParleyOptions = {
  database: 'memory:',
  identify: (token) => (token === '' ? null : { id: token, username: token, expiresAt: new Date() }),
  adapters: { logger },
};
export const parley: Parley = await createParley(options);
const me = parley.as(await parley.userOf({ id: 'me' }));
export const name: string = (await me.createRoom({ body: { name: 'general' } })).room.name;
const chat = await connect({ url: 'http://localhost', token: async () => 'token' });
chat.on('message', (message: Message) => message.content.trim());
export const { rooms } = await chat.request('get /api/rooms/mine', {});
export const unread: number | undefined = rooms[0]?.unreadCount;
export const path: '/api/rooms' = contract.http.createRoom.path;
export const isOurs = (error: unknown): boolean => error instanceof AppError && error.code === 'RATE_LIMITED';
// @ts-expect-error There is no such event.
chat.on('massage', () => undefined);
`;

describe('the package', () => {
  let home = '';
  let files: string[] = [];
  let tarball = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'parley-package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', home], { maxBuffer: 1 << 26 });
    const [packed] = Object.values<any>(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))));
    files = packed.files.map(({ path }: { path: string }) => path);
    tarball = join(home, packed.filename);
    await mkdir(join(home, 'project'));
    await writeFile(join(home, 'project', 'package.json'), JSON.stringify(MANIFEST));
    const types = ['typescript', '@types/node'].map((name) => `${name}@${versionOf(name)}`);
    await npm('install', '--no-audit', '--no-fund', '--prefer-offline', tarball, ...types);
  }, 300_000);
  afterAll(() => rm(home, { recursive: true, force: true }));

  const project = (...path: string[]) => join(home, 'project', ...path);
  const npm = (...args: string[]) => run('npm', args, { cwd: project(), maxBuffer: 1 << 26 });

  it('has what it needs in it, and nothing else', async () => {
    const expected =
      /^(dist\/.+|docs\/.+\.(md|json|png)|README\.md|LICENSE|CHANGELOG\.md|package\.json|\.env\.example)$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    for (const file of ['dist/main/main.js', 'dist/client/client.d.ts', 'docs/generated/openapi.json', 'LICENSE']) {
      expect(files).toContain(file);
    }
    // A map that leads to a file which is not there helps nobody.
    const map = JSON.parse(await readFile(project('node_modules/parley-chat/dist/client/client.js.map'), 'utf8'));
    expect(map.sourcesContent?.[0]).toContain('export');
    const { messages, pkg } = await publint({ pkgDir: project('node_modules/parley-chat'), strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('installs into an empty project, where its server runs and its client sends', async () => {
    await writeFile(project('program.js'), PROGRAM);
    const server = spawn('npx', ['parley'], { cwd: project(), env: { ...process.env, ...SETTINGS }, detached: true });
    try {
      const url = await listening(server);
      for (const path of ['/health', '/ready', '/docs/swagger-ui-bundle.js', '/asyncapi.json']) {
        expect((await fetch(url + path)).status, path).toBe(200);
      }
      expect((await run('node', ['program.js', url], { cwd: project() })).stdout).toBe('stored\n');
      // Its data lie where the project is.
      expect(existsSync(project('data/parley.db'))).toBe(true);
    } finally {
      const ended = once(server, 'exit');
      process.kill(-(server.pid ?? 0), 'SIGTERM');
      await ended;
    }
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types that hold in a strict project, with modules as %s and %s', async (module, moduleResolution) => {
    await writeFile(project('typed.ts'), TYPED);
    const options = { module, moduleResolution, target: 'es2023', strict: true, noEmit: true, types: ['node'] };
    const config = { compilerOptions: { ...options, skipLibCheck: false }, files: ['typed.ts'] };
    await writeFile(project('tsconfig.json'), JSON.stringify(config));
    const { stdout } = await run('npx', ['tsc', '-p', '.'], { cwd: project() }).catch((error) => error);
    expect(stdout.trim()).toBe('');
  });
});

const versionOf = (name: string): string =>
  (
    process.getBuiltinModule('node:module').createRequire(import.meta.url)(`${name}/package.json`) as {
      version: string;
    }
  ).version;

async function listening(server: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (data: Buffer) => (output += data.toString()));
  const line = () => /^\{.*parley is listening.*$/m.exec(output)?.[0];
  await until('the server listens', () => line() !== undefined || server.exitCode !== null, 30_000);
  const text = line();
  if (!text) throw new Error(`The server did not start: ${output}`);
  return `http://127.0.0.1:${(JSON.parse(text) as { port: number }).port}`;
}
