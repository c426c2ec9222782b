import { readConfig } from '../../../src/main/config/config.ts';
import { start } from '../../../src/main/start.ts';

export interface TestServer {
  /** Of one of its nodes, another one each time when there are several: as a load balancer deals them out. */
  readonly url: string;
  /** One, if not said. */
  readonly nodes?: number;
  stop(): Promise<boolean>;
}

/** Limits that would make a test wait are off unless it is about them. */
export const TEST_SETTINGS = {
  LOG_LEVEL: 'silent',
  BCRYPT_COST: '4',
  MESSAGE_RATE_LIMIT: 'off',
  AUTH_RATE_LIMIT: 'off',
  SOCKET_RATE_LIMIT: 'off',
  CONNECTION_LIMIT: 'off',
  JWT_SECRET: 'a secret for tests that is long enough',
};

/** The whole product in this process, on a free port. */
export async function startServer(env: Record<string, string> = {}): Promise<TestServer> {
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: 'memory:',
    ...TEST_SETTINGS,
    ...env,
  });
  const server = await start(config);
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
}
