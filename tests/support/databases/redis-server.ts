import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { aptInstall } from './apt.ts';
import { createHome, removeHome, startProcess, type ServerProcess } from './server-process.ts';
import { findProgram, freePort } from './system.ts';
import { reasonOf, type Missing } from './types.ts';

/** A private server can be killed and restarted; one that TEST_REDIS_URL names only be used. */
export interface RunningRedis {
  readonly url: string;
  readonly process?: ServerProcess;
  stop(): Promise<void>;
}

/** With `cluster` it is a node of a cluster that has no slots yet. */
export async function startRedis({ cluster = false } = {}): Promise<RunningRedis | Missing> {
  const given = process.env['TEST_REDIS_URL'] ?? '';
  try {
    if (given === '' || cluster) return await startPrivateRedis(await locateRedis(), cluster);
    const { hostname, port } = new URL(given);
    await ping(hostname, Number(port === '' ? 6379 : port));
    return { url: given, stop: async () => undefined };
  } catch (error) {
    const way = 'Set TEST_REDIS_URL, or install redis-server.';
    return { missing: `No Redis server could be had. ${reasonOf(error)} ${way}` };
  }
}

async function locateRedis(): Promise<string> {
  const installed = await findProgram('redis-server');
  if (installed !== undefined) return installed;
  await aptInstall('redis-server');
  const binary = await findProgram('redis-server');
  if (binary === undefined) throw new Error('The redis-server package is installed, but its program is not found.');
  return binary;
}

async function startPrivateRedis(binary: string, cluster: boolean): Promise<RunningRedis> {
  const home = await createHome(tmpdir(), 'redis');
  const port = await freePort();
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', home, '--save', '', '--appendonly', 'no'];
  if (cluster) {
    const busPort = String(await freePort());
    options.push('--cluster-enabled', 'yes', '--cluster-port', busPort, '--cluster-announce-ip', '127.0.0.1');
  }
  try {
    const ready = async () => ping('127.0.0.1', port);
    const server = await startProcess({ command: [binary, ...options], home, ready });
    return { url: `redis://127.0.0.1:${port}`, process: server, stop: async () => server.stop() };
  } catch (error) {
    removeHome(home);
    throw error;
  }
}

// Any reply line will do, because a server with a password answers too, though with an error.
async function ping(host: string, port: number): Promise<void> {
  const socket = connect({ host, port, timeout: 2_000 });
  socket.once('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer.`)));
  try {
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    if (!/^[+-]/.test(reply.toString())) throw new Error(`${host}:${port} is no Redis server.`);
  } finally {
    socket.destroy();
  }
}
