import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';

/**
 * Makes up the secret that development may leave out: once, kept beside the data, so that tokens survive a restart and
 * nobody has to invent one. With `memory:` there is no place to keep it, and it lasts as long as everything else.
 */
export function prepareSecrets(config: Config): { readonly config: Config; readonly notice: string | null } {
  if (config.jwtSecrets.length > 0) return { config, notice: null };
  const fresh = randomBytes(48).toString('base64url');
  // Nobody is ever given a token of ours, and none must be good.
  if (config.accounts === 'off') return { config: { ...config, jwtSecrets: [fresh] }, notice: null };
  const file = secretFile(config.databaseUrl);
  if (!file) {
    const notice = 'Nothing is kept: the database is in memory and the JWT secret was made up for this run.';
    return { config: { ...config, jwtSecrets: [fresh] }, notice };
  }
  const secret = keep(file, fresh);
  const notice = `JWT_SECRET is not set: using the development secret in ${file}. Set JWT_SECRET in production.`;
  return { config: { ...config, jwtSecrets: [secret] }, notice };
}

function keep(file: string, fresh: string): string {
  mkdirSync(dirname(file), { recursive: true });
  try {
    // Fails when it exists: of two processes that start together one writes and both read the same.
    writeFileSync(file, fresh, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

function secretFile(databaseUrl: string): string | null {
  if (databaseUrl === 'memory:') return null;
  const directory = databaseUrl.startsWith('sqlite:') ? dirname(databaseUrl.slice('sqlite:'.length)) : 'data';
  return join(directory, 'jwt-secret');
}
