import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { AppError } from '../../../src/application/errors/app-error.ts';
import { CliError } from '../../../src/main/cli/cli-error.ts';
import { shown, table } from '../../../src/main/cli/cli-io.ts';
import { explain } from '../../../src/main/cli/explain.ts';
import { cli } from '../../support/harness/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const DATABASE_URL = `sqlite:${join(folder, 'parley.db')}`;

const GROUPS = [[], ['serve'], ['migrate'], ['doctor'], ['user'], ['room'], ['import']];

it.each(GROUPS)('teaches by examples: parley %s --help', async (...words) => {
  const { exitCode, stdout, stderr } = await cli([...words, '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Usage: parley/);
  expect(stdout).toContain('Examples:\n  $ ');
  expect(stderr).toBe('');
});

it('prints the version of the package', async () => {
  const { exitCode, stdout } = await cli(['--version']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
});

it.each([
  [['migrat'], 'Did you mean migrate?'],
  [['migrate'], 'Usage: parley migrate'],
  [['migrate', 'sideways'], "unknown command 'sideways'"],
  [['migrate', 'up', '--jsn'], 'Did you mean --json?'],
  [['migrate', 'up', 'now'], 'too many arguments'],
])('answers wrong usage with 2 and a hint, on standard error alone: %j', async (args, hint) => {
  const { exitCode, stdout, stderr } = await cli(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(hint);
});

it('answers a configuration that is not usable with 78 and what is wrong', async () => {
  for (const args of [['migrate', 'status'], ['serve'], []]) {
    const { exitCode, stderr } = await cli(args, { env: { PORT: 'http' } });
    expect(exitCode).toBe(78);
    expect(stderr).toContain('PORT: must be a whole number');
  }
  const inMemory = await cli(['migrate', 'up'], { env: { DATABASE_URL: 'memory:' } });
  expect(inMemory.exitCode).toBe(78);
});

it('tells what is pending with 3, applies it once, and then has nothing to say', async () => {
  const env = { DATABASE_URL };
  const none = await cli(['migrate', 'status'], { env });
  expect(none).toMatchObject({ exitCode: 3, stdout: '' });
  expect(none.stderr).toContain('There is no database file');
  const up = await cli(['migrate', 'up', '--json'], { env });
  const { executed } = JSON.parse(up.stdout) as { executed: string[] };
  expect(executed).toContain('0001-create-users');
  expect(await cli(['migrate', 'up'], { env })).toEqual({ exitCode: 0, stdout: 'Nothing was pending.\n', stderr: '' });
  const status = await cli(['migrate', 'status', '--json'], { env });
  expect(status.exitCode).toBe(0);
  expect(JSON.parse(status.stdout)).toEqual({ applied: executed, pending: [] });
});

it('does not pretend that a migration could be undone', async () => {
  const { exitCode, stderr } = await cli(['migrate', 'down'], { env: { DATABASE_URL } });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('restore a backup');
});

it('says in words why a database is out of reach, without its password', async () => {
  const env = { DATABASE_URL: 'mysql://chat:hunter2@127.0.0.1:1/chat' };
  const { exitCode, stdout, stderr } = await cli(['migrate', 'status'], { env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toBe(
    'Nothing listens at the address of the database. Is it running, and are host and port right? (ECONNREFUSED)\n',
  );
});

it('explains errors without SQL, values or a stack', () => {
  const sql = Object.assign(new Error("Duplicate entry 'ann@example.org' for key"), {
    sql: "INSERT INTO users VALUES ('ann@example.org')",
    original: Object.assign(new Error('x'), { code: 'ER_DUP_ENTRY' }),
  });
  expect(explain(sql)).toEqual({ exitCode: 1, text: 'The database refused a statement (ER_DUP_ENTRY).' });
  const busy = new AppError('OVERLOADED', { cause: Object.assign(new Error('x'), { code: 'SQLITE_BUSY' }) });
  expect(explain(busy).text).toMatch(/keeps the database file locked/);
  expect(explain(new AppError('ROOM_NOT_FOUND', { message: 'No such room.' }))).toMatchObject({ exitCode: 3 });
  expect(explain(new AppError('VALIDATION_FAILED', { message: 'Too short.' }))).toMatchObject({ exitCode: 2 });
  expect(explain(new CliError(1, 'No.'))).toEqual({ exitCode: 1, text: 'No.' });
  expect(explain('thrown by somebody')).toMatchObject({ exitCode: 1 });
});

it('lets no name act upon the terminal', () => {
  expect(shown('a\u001b[2Jb\u202ec')).toBe('a\ufffd[2Jb\ufffdc');
  expect(
    table([
      ['a', 'b'],
      ['long', ''],
    ]),
  ).toEqual(['a     b', 'long']);
});
