import { join } from 'node:path';
import { cacheDirectory, findProgram, isRoot, run } from './system.ts';
import { note, reasonOf } from './types.ts';

// The policy file keeps a package from starting its service on the standard port; a machine that already has one
// (a container image does) is left as it is. The package lists are refreshed only if what is there does not do.
const installScript = `
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
  trap 'rm -f "$guard"' EXIT
  trap 'exit 143' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$guard" && chmod 755 "$guard"
fi
install() {
  apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}
install "$@" || { apt-get update -o Acquire::Retries=3; install "$@"; }
`;

let queue: Promise<unknown> = Promise.resolve();

/** Installs Debian packages, one call at a time in this process and, by a lock file, on this machine. */
export async function aptInstall(...packages: string[]): Promise<void> {
  await requireAptAndRoot(packages);
  const lock = join(await cacheDirectory(), 'apt.lock');
  const installed = queue.then(async () => {
    note(`apt-get install ${packages.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1', LC_ALL: 'C' };
    await run('flock', ['-w', '1800', lock, 'sh', '-c', installScript, 'sh', ...packages], { env });
  });
  queue = installed.catch(() => undefined);
  await installed.catch((error: unknown) => {
    throw new Error(`Could not install ${packages.join(', ')}: ${reasonOf(error)}`, { cause: error });
  });
}

async function requireAptAndRoot(packages: readonly string[]): Promise<void> {
  const wanted = packages.join(', ');
  if ((await findProgram('apt-get')) === undefined) {
    throw new Error(`Installing ${wanted} by itself is only done on Debian and Ubuntu, and there is no apt-get here.`);
  }
  if (!isRoot()) throw new Error(`Installing ${wanted} with apt-get needs root.`);
}

/** The mirror that this machine's own apt takes Debian itself from, or undefined where it names none. */
export async function debianMirror(): Promise<string | undefined> {
  const format = '$(REPO_URI) $(ORIGIN) $(CODENAME)';
  const listing = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  for (const line of listing.split('\n')) {
    const [uri = '', origin, codename = ''] = line.trim().split(' ');
    // The security and update suites have a dash in their code names, and their mirrors may lack unstable.
    if (/^https?:/.test(uri) && origin === 'Debian' && !codename.includes('-')) return uri;
  }
  return undefined;
}
