import { aptInstall } from './apt.ts';
import { dockerAnswers, images } from './container.ts';
import { mysqlTree } from './mysql-tree.ts';
import { findProgram, isRoot, run } from './system.ts';
import { productNames, reasonOf, type Flavour } from './types.ts';

export interface ClientTools {
  /** Words of a shell. */
  readonly dump: string;
  readonly client: string;
  readonly binaryLog: string;
}

const NAMES: Record<Flavour, ClientTools> = {
  mysql: { dump: 'mysqldump', client: 'mysql', binaryLog: 'mysqlbinlog' },
  mariadb: { dump: 'mariadb-dump', client: 'mariadb', binaryLog: 'mariadb-binlog' },
};

/** The product's own programs to dump and to restore: installed, in a container, or installed now. */
export async function clientTools(flavour: Flavour): Promise<ClientTools> {
  const { dump, client, binaryLog } = NAMES[flavour];
  if ((await isProgramOf(flavour, dump)) && (await isProgramOf(flavour, client))) return NAMES[flavour];
  if (await dockerAnswers()) {
    const inside = `docker run --rm -i --network host ${images[flavour].name}`;
    return { dump: `${inside} ${dump}`, client: `${inside} ${client}`, binaryLog: `${inside} ${binaryLog}` };
  }
  try {
    if (flavour === 'mariadb') {
      await aptInstall('mariadb-client');
      return NAMES.mariadb;
    }
    if (!isRoot()) throw new Error('Fetching them needs root.');
    const tree = await mysqlTree();
    const inside = `chroot ${tree}`;
    return { dump: `${inside} ${dump}`, client: `${inside} ${client}`, binaryLog: `${inside} ${binaryLog}` };
  } catch (error) {
    throw new Error(`Install ${dump} and ${client} of ${productNames[flavour]}. ${reasonOf(error)}`, { cause: error });
  }
}

/** On Debian `mysql` is a name of MariaDB's. */
async function isProgramOf(flavour: Flavour, name: string): Promise<boolean> {
  const program = await findProgram(name);
  if (program === undefined) return false;
  const version = await run(program, ['--version']).catch(() => '');
  return (flavour === 'mariadb') === /mariadb/i.test(version);
}
