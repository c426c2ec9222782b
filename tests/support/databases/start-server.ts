import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import {
  createHome,
  prepareHome,
  removeHome,
  startProcess,
  type Command,
  type ServerProcess,
} from './server-process.ts';
import { serverOptions } from './server-options.ts';
import { findProgram, freePort, isRoot } from './system.ts';
import { productNames, reasonOf, type Flavour, type ServerAddress, type ServerBinary } from './types.ts';

export interface StartOptions extends Omit<ServerBinary, 'version'> {
  /**
   * With full durability and a binary log, as in production. Otherwise as fast as the tests like it, and then even a
   * killed server loses its last second of commits: a test that kills the server wants this to be true.
   */
  readonly durable?: boolean;
  /** Further server options, which win over the ones that are set here. */
  readonly args?: readonly string[];
}

export interface RunningServer extends ServerProcess, ServerAddress {
  readonly flavour: Flavour;
}

/** Where a server lives: `outer` is the directory as this process sees it, `inner` as the server does. */
interface Home {
  readonly outer: string;
  readonly inner: string;
}

const portAttempts = 3;

/** Starts a private server on an empty data directory and a free port of the loopback interface. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const home = await homeFor(options);
  try {
    await initialise(options, home);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await serve(options, home, await freePort());
      } catch (error) {
        // Another process can take the port between its choice and its use.
        if (attempt === portAttempts || !/address already in use/i.test(reasonOf(error))) throw error;
      }
    }
  } catch (error) {
    removeHome(home.outer);
    throw error;
  }
}

async function homeFor({ flavour, chroot }: StartOptions): Promise<Home> {
  const parent = chroot === undefined ? tmpdir() : join(chroot, 'tmp');
  const outer = await createHome(parent, flavour);
  await mkdir(join(outer, 'data'));
  return { outer, inner: chroot === undefined ? outer : outer.slice(chroot.length) };
}

async function initialise(options: StartOptions, home: Home): Promise<void> {
  const data = `--datadir=${home.inner}/data`;
  if (options.flavour === 'mysql') {
    const command = await commandOf(options, ['--initialize-insecure', data, '--innodb-doublewrite=0']);
    await prepareHome(home.outer, command);
    return;
  }
  const beside = dirname(options.binary);
  const nearby = [beside, join(beside, '../bin'), join(beside, '../scripts')];
  const installer =
    (await findProgram('mariadb-install-db', nearby)) ?? (await findProgram('mysql_install_db', nearby));
  if (installer === undefined) throw new Error('MariaDB has no mariadb-install-db here to make a data directory with.');
  const account = isRoot() ? ['--user=root'] : [];
  const login = '--auth-root-authentication-method=normal';
  await prepareHome(home.outer, [installer, '--no-defaults', ...account, data, login, '--skip-test-db']);
}

async function serve(options: StartOptions, home: Home, port: number): Promise<RunningServer> {
  const command = await commandOf(options, [
    `--datadir=${home.inner}/data`,
    `--socket=${home.inner}/server.sock`,
    `--pid-file=${home.inner}/server.pid`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    ...serverOptions(options.flavour, options.durable ?? false),
    ...(options.args ?? []),
  ]);
  const url = `mysql://root@127.0.0.1:${port}`;
  let server = '';
  const ready = async () => {
    const answer = await askServer(url);
    // Otherwise somebody else's server on that port would pass for this one.
    if (!answer.directory.includes(basename(home.inner))) throw new Error('address already in use by another server');
    server = `${productNames[options.flavour]} ${answer.version}`;
  };
  const running = await startProcess({ command, home: home.outer, ready });
  return Object.assign(running, { flavour: options.flavour, url, server });
}

async function commandOf({ flavour, binary, chroot }: StartOptions, args: string[]): Promise<Command> {
  const account = isRoot() ? ['--user=root'] : [];
  // The packaged MySQL insists on a directory for file exports that only its full package makes.
  const product = flavour === 'mysql' ? ['--secure-file-priv=NULL'] : [];
  const all = ['--no-defaults', ...account, ...product, ...args];
  if (chroot === undefined) return [binary, ...all];
  return [(await findProgram('chroot')) ?? 'chroot', chroot, binary, ...all];
}

/** Asks a server who it is; rejects if it does not answer. */
export async function askServer(url: string): Promise<{ version: string; directory: string }> {
  const connection = await createConnection({ uri: url, connectTimeout: 5_000 });
  try {
    const [rows] = await connection.query<RowDataPacket[]>('select version() as version, @@datadir as directory');
    const { version, directory } = rows[0] as { version: string; directory: string };
    return { version: /^\d+(\.\d+)*/.exec(version)?.[0] ?? version, directory };
  } finally {
    await connection.end();
  }
}
