import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly resolved?: string; readonly integrity?: string }>
  >;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;

/** The first versions without the holes that are known of them. */
const AT_LEAST: Readonly<Record<string, string>> = {
  'socket.io': '4.8.4',
  'engine.io': '6.6.9',
  'socket.io-parser': '4.2.6',
  'socket.io-adapter': '2.5.8',
  ws: '8.21.0',
  express: '5.2.1',
  'path-to-regexp': '8.4.0',
  'body-parser': '2.2.1',
  qs: '6.17.0',
  sequelize: '6.37.8',
  mysql2: '3.23.1',
  jsonwebtoken: '9.0.3',
  jws: '4.0.1',
  jose: '6.0.0',
  bcrypt: '6.0.0',
  'rate-limiter-flexible': '11.0.0',
};

const installed = (name: string) =>
  Object.entries(packages).filter(
    ([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`),
  );

function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (have?.[part] ?? 0) - (need?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

it.each(Object.entries(AT_LEAST))('every copy of %s is at least %s', (name, least) => {
  const copies = installed(name);
  expect(copies.length).toBeGreaterThan(0);
  for (const [path, { version = '0.0.0' }] of copies)
    expect(isAtLeast(version, least), `${path} ${version}`).toBe(true);
});

it('every package is locked to what it contains, and none to where it once came from', () => {
  const locked = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/'));
  expect(locked.length).toBeGreaterThan(100);
  expect(locked.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
});
