#!/usr/bin/env -S node --max-semi-space-size=32
import { ConfigError, readConfig, type Config } from './config/config.ts';
import { start } from './start.ts';

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(78);
  }
}

async function main(): Promise<void> {
  const server = await start(configure());
  let stopping = false;
  const stop = (): void => {
    // A second signal means that somebody does not want to wait.
    if (stopping) process.exit(1);
    stopping = true;
    void server.stop().then((clean) => process.exit(clean ? 0 : 1));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // After a bug nobody knows what state the process is in: say so, let what is in flight finish, and go.
  const failed = (error: unknown): void => {
    server.report(error);
    if (stopping) return;
    stopping = true;
    void server.stop().then(() => process.exit(1));
  };
  process.on('uncaughtException', failed);
  process.on('unhandledRejection', failed);
}

main().catch((error: unknown) => {
  console.error('Parley could not start:', error instanceof Error ? error.message : error);
  process.exit(1);
});
