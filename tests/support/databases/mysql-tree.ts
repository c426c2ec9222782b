import { join } from 'node:path';
import { aptInstall, debianMirror } from './apt.ts';
import { cacheDirectory, isExecutable, run, succeeds } from './system.ts';
import { note, reasonOf } from './types.ts';

export const mysqldInTree = '/usr/sbin/mysqld';

// Runs under a lock, so that a second test run waits for the first one's tree instead of fetching its own. The tree
// gets its final name only when its server has answered, so an interrupted fetch is never taken for a good tree.
const buildScript = `
set -e
PATH=$PATH:/usr/sbin:/sbin
tree=$1 mirror=$2 isolate=$3
[ ! -x "$tree${mysqldInTree}" ] || exit 0
rm -rf --one-file-system "$tree" "$tree.building"
timeout --foreground 20m $isolate debootstrap --variant=minbase --force-check-gpg \\
  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg --include=mysql-server-core,mysql-client-core sid "$tree.building" $mirror
chroot "$tree.building" ${mysqldInTree} --no-defaults --version
rm -rf "$tree.building"/var/cache/apt/archives/*.deb "$tree.building"/var/lib/apt/lists/*
mv -T "$tree.building" "$tree"
`;

/**
 * The directory tree that has Debian unstable's MySQL server and its clients in it, fetched if it isn't there yet.
 * The stable suites have no MySQL, and installing unstable's onto the machine itself would replace its C library.
 */
export async function mysqlTree(): Promise<string> {
  const tree = join(await cacheDirectory(), 'mysql-sid-with-clients');
  if (await isExecutable(join(tree, mysqldInTree))) return tree;
  await aptInstall('debootstrap', 'debian-archive-keyring');
  const mirror = (await debianMirror()) ?? '';
  // In a mount namespace of its own, what debootstrap mounts in the tree is gone when it ends, however it ends.
  const isolate = (await succeeds('unshare', ['--mount', 'true'])) ? 'unshare --mount' : '';
  note("fetching MySQL from Debian's unstable suite with debootstrap; this takes a minute or two, once");
  try {
    await run('flock', ['-w', '1800', `${tree}.lock`, 'sh', '-c', buildScript, 'sh', tree, mirror, isolate]);
  } catch (error) {
    throw new Error(`Could not fetch MySQL with debootstrap: ${reasonOf(error)}`, { cause: error });
  }
  return tree;
}
