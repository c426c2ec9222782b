import type { TestProject } from 'vitest/node';
import { dockerAnswers, startContainer } from './container.ts';
import { locateServer } from './locate-server.ts';
import { askServer, startServer } from './start-server.ts';
import { isMissing, note, productNames, reasonOf } from './types.ts';
import type { Flavour, Missing, ProvidedServer, ServerAddress } from './types.ts';

type Started = ServerAddress & { stop(): Promise<void> };

/** Gives the tests a server of each product, by the first of four ways that works, and stops them afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const begun = performance.now();
  const docker = dockerAnswers();
  const [mysql, mariadb] = await Promise.all([start('mysql', docker), start('mariadb', docker)]);
  project.provide('databases', { mysql: toProvide(mysql), mariadb: toProvide(mariadb) });
  const summary = [mysql, mariadb].map((server) => (isMissing(server) ? server.missing : server.server)).join(', ');
  note(`${summary} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  return async () => {
    await Promise.all([mysql, mariadb].map(async (server) => (isMissing(server) ? undefined : server.stop())));
  };
}

const urlVariables: Record<Flavour, string> = { mysql: 'TEST_MYSQL_URL', mariadb: 'TEST_MARIADB_URL' };

async function start(flavour: Flavour, docker: Promise<boolean>): Promise<Started | Missing> {
  const given = process.env[urlVariables[flavour]] ?? '';
  if (given !== '') return useGiven(flavour, given);
  const reasons: string[] = [];
  if (await docker) {
    try {
      return await startContainer(flavour);
    } catch (error) {
      reasons.push(`Docker could not start it: ${reasonOf(error)}`);
    }
  }
  const binary = await locateServer(flavour);
  if (isMissing(binary)) return missing(flavour, [...reasons, binary.missing]);
  try {
    return await startServer(binary);
  } catch (error) {
    return missing(flavour, [...reasons, reasonOf(error)]);
  }
}

async function useGiven(flavour: Flavour, url: string): Promise<Started | Missing> {
  try {
    const { version } = await askServer(url);
    return { url, server: `${productNames[flavour]} ${version}`, stop: async () => undefined };
  } catch (error) {
    return { missing: `The server that ${urlVariables[flavour]} names does not answer: ${reasonOf(error)}` };
  }
}

function missing(flavour: Flavour, reasons: readonly string[]): Missing {
  const way = `Set ${urlVariables[flavour]}, or run a Docker engine, or install the server.`;
  return { missing: [...reasons, way].join(' ') };
}

function toProvide(server: Started | Missing): ProvidedServer {
  return isMissing(server) ? { missing: server.missing } : { url: server.url, server: server.server };
}
