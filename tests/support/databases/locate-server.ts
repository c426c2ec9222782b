import { aptInstall } from './apt.ts';
import { mysqldInTree, mysqlTree } from './mysql-tree.ts';
import { findProgram, isRoot, run } from './system.ts';
import { productNames, reasonOf, type Flavour, type Missing, type ServerBinary } from './types.ts';

/** Finds an installed server program, or installs one where that can be done without asking. */
export async function locateServer(flavour: Flavour): Promise<ServerBinary | Missing> {
  try {
    return (await installedServer(flavour)) ?? (await (flavour === 'mysql' ? fetchMysql() : installMariadb()));
  } catch (error) {
    return { missing: `No ${productNames[flavour]} server is installed. ${reasonOf(error)}` };
  }
}

async function installedServer(flavour: Flavour): Promise<ServerBinary | undefined> {
  const names = flavour === 'mysql' ? ['mysqld'] : ['mariadbd', 'mysqld'];
  for (const name of names) {
    const binary = await findProgram(name);
    if (binary === undefined) continue;
    const version = await versionOf(flavour, binary, ['--no-defaults', '--version']);
    if (version !== undefined) return { flavour, binary, version };
  }
  return undefined;
}

async function installMariadb(): Promise<ServerBinary> {
  // The core packages are the server without its service, and what mariadb-install-db needs of the client. Older
  // releases have them only under versioned names.
  await aptInstall('mariadb-server-core', 'mariadb-client-core').catch(() => aptInstall('mariadb-server'));
  const server = await installedServer('mariadb');
  if (server === undefined) throw new Error('The MariaDB package is installed, but its server program is not found.');
  return server;
}

async function fetchMysql(): Promise<ServerBinary> {
  if (!isRoot()) throw new Error('Fetching MySQL with debootstrap needs root.');
  const chroot = await mysqlTree();
  const version = await versionOf('mysql', 'chroot', [chroot, mysqldInTree, '--no-defaults', '--version']);
  if (version === undefined) throw new Error(`The MySQL server in ${chroot} does not run; remove that directory.`);
  return { flavour: 'mysql', binary: mysqldInTree, version, chroot };
}

/** The version, if the program runs and is of that flavour: `mysqld` may well be MariaDB's. */
async function versionOf(flavour: Flavour, command: string, args: readonly string[]): Promise<string | undefined> {
  const answer = await run(command, args).catch(() => '');
  const version = /\bVer\s+(\d+(?:\.\d+)+)/.exec(answer)?.[1];
  const found: Flavour = /mariadb/i.test(answer) ? 'mariadb' : 'mysql';
  return found === flavour ? version : undefined;
}
