import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeServers } from '../../support/databases/available.ts';
import { startChild } from '../../support/harness/launch.ts';
import { clientFunctions, codeOf, type } from '../../support/harness/operator.ts';
import { Person } from '../../support/harness/person.ts';

const [, makeDatabase = '', look = ''] = codeOf('Install');
const [file = ''] = codeOf('Install', 'ini');

/** What the document has done by systemd and useradd is not done to the machine that tests it. */
describeServers('the document on installing', ({ flavour }, adminUrl) => {
  it('leads to a server with just the rights that it needs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-install-'));
    const name = `parley_install_${process.pid}`;
    const functions = await clientFunctions(flavour, adminUrl);
    const own = (text: string) =>
      text
        .replaceAll(/\bparley\b(?= CHARACTER|\.\*|'@)/g, name)
        // Tests reach the server by its address.
        .replaceAll(`@'localhost'`, `@'%'`);
    const address = new URL(adminUrl);
    address.hostname = address.hostname === 'localhost' ? '127.0.0.1' : address.hostname;
    const databaseUrl = `mysql://${name}:PASSWORD@${address.host}/${name}`;
    try {
      expect(makeDatabase).toContain('GRANT ALL ON parley.* ');
      await type(own(makeDatabase), { folder, functions });
      expect(file).toContain('DATABASE_URL=mysql://parley:PASSWORD@localhost:3306/parley\n');
      const settings = file
        .replace(/(DATABASE_URL=).*/, `$1${databaseUrl}`)
        .replace(/(JWT_SECRET=).*/, `$1${'a secret that is long enough '.repeat(2).replaceAll(' ', '-')}`);
      const env = Object.fromEntries(settings.split('\n').map((line) => line.split(/=(.*)/, 2))) as Record<
        string,
        string
      >;
      expect(look.split('\n')).toContain('parley doctor');
      // Tests relax the server's durability, which doctor finds: it ends with 3 and says the rest all the same.
      const seen = await type('parley doctor || [ $? = 3 ]', { folder, env });
      expect(seen).toMatch(/^ok {4}database /m);
      expect(seen).toMatch(/^ok {4}secrets /m);
      // As .env.example has them: other tests do without limits.
      const limits = { AUTH_RATE_LIMIT: '60/1m', SOCKET_RATE_LIMIT: '100/1s', CONNECTION_LIMIT: '50/1000' };
      const server = await startChild({ ...env, ...limits, BCRYPT_COST: '12' });
      try {
        expect((await fetch(`${server.url}/ready`)).status).toBe(200);
        const ann = await Person.register(server.url, 'ann');
        await ann.createRoom();
        ann.close();
        expect(await type('parley verify', { folder, env })).toContain('every log is whole');
      } finally {
        expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      }
    } finally {
      await type(`mysql -e "DROP DATABASE IF EXISTS ${name}"; mysql -e "DROP USER IF EXISTS '${name}'@'%'"`, {
        folder,
        functions,
      });
      await rm(folder, { recursive: true });
    }
  });
});
