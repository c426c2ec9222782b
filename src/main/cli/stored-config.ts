import { existsSync } from 'node:fs';
import { readConfig, type Config } from '../config/config.ts';
import { CliError, EXIT } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';

/**
 * The configuration, for a command that works on what is stored. With `mustExist` a SQLite file that is not there is
 * not made: whoever asks what is in it has most likely started in another folder.
 */
export function storedConfig(io: CliIo, { mustExist }: { readonly mustExist: boolean }): Config {
  const config = readConfig(io.env);
  if (config.databaseUrl === 'memory:') {
    throw new CliError(EXIT.configuration, 'DATABASE_URL is memory: what is there lives in the server process alone.');
  }
  if (mustExist && config.databaseUrl.startsWith('sqlite:')) {
    const path = config.databaseUrl.slice('sqlite:'.length);
    if (!existsSync(path)) {
      throw new CliError(EXIT.found, `There is no database file ${path}. Is this the right folder, and DATABASE_URL?`);
    }
  }
  return config;
}
