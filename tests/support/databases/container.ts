import { setTimeout as sleep } from 'node:timers/promises';
import { serverOptions } from './server-options.ts';
import { askServer } from './start-server.ts';
import { succeeds } from './system.ts';
import { productNames, type Flavour, type ServerAddress } from './types.ts';

export const images = {
  mysql: { name: 'mysql:9', environment: { MYSQL_ALLOW_EMPTY_PASSWORD: 'yes', MYSQL_ROOT_HOST: '%' } },
  mariadb: { name: 'mariadb:11', environment: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: 'yes', MARIADB_ROOT_HOST: '%' } },
};

export interface ServerContainer extends ServerAddress {
  stop(): Promise<void>;
}

export async function dockerAnswers(): Promise<boolean> {
  return succeeds('docker', ['info'], { timeout: 2_000 });
}

export async function startContainer(flavour: Flavour): Promise<ServerContainer> {
  // Loaded only here, because it is large and most runs do not need it.
  const { GenericContainer } = await import('testcontainers');
  const image = images[flavour];
  const container = await new GenericContainer(image.name)
    .withEnvironment(image.environment)
    .withCommand(serverOptions(flavour, false))
    .withTmpFs({ '/var/lib/mysql': 'rw' })
    .withExposedPorts(3306)
    .withStartupTimeout(180_000)
    .start();
  const url = `mysql://root@${container.getHost()}:${container.getMappedPort(3306)}`;
  const stop = async () => void (await container.stop());
  try {
    return { url, server: `${productNames[flavour]} ${await versionOnceUp(url)}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// The port can be open a moment before the server behind it lets anybody in.
async function versionOnceUp(url: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return (await askServer(url)).version;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
