import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { rawCall } from '../support/harness/raw-http.ts';
import { startServer } from '../support/harness/server.ts';
import { useSite } from '../support/harness/site.ts';

describe('at the edge', () => {
  const site = useSite((env) => startServer(env), { AUTH_RATE_LIMIT: '5/1m', CORS_ORIGINS: 'https://chat.example' });

  it('a token in a URL is none, because URLs are logged', async () => {
    const { token } = await site.someone();
    for (const name of ['token', 'access_token', 'auth', 'authorization']) {
      expect((await rawCall(site.url, 'GET', `/api/users/me?${name}=${token}`)).status).toBe(401);
      const socket = io(site.url, { query: { [name]: token }, reconnection: false, forceNew: true });
      const refused = await new Promise<Error & { data?: { code?: string } }>((resolve, reject) => {
        socket.once('connect_error', resolve);
        socket.once('connect', () => reject(new Error(`${name} let somebody in`)));
      });
      expect(refused.data?.code).toBe('UNAUTHENTICATED');
      socket.disconnect();
    }
  });

  it('nobody chooses the address that limits count, and which page may read answers is not up to the page', async () => {
    const attempt = (address: string) =>
      rawCall(site.url, 'POST', '/api/auth/login', {
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address, 'x-real-ip': address },
        body: '{"email":"a@example.com","password":"a wrong guess"}',
      });
    const statuses = [];
    for (let host = 1; host <= 8; host += 1) statuses.push((await attempt(`198.51.100.${host}`)).status);
    expect(statuses.at(-1)).toBe(429);
    for (const origin of ['https://chat.example', 'https://attacker.example']) {
      const { headers } = await rawCall(site.url, 'OPTIONS', '/api/rooms', {
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['access-control-allow-origin'] ?? '').not.toContain('attacker');
    }
  });

  it('answers carry the headers that browsers protect by, and no cookie', async () => {
    for (const path of ['/health', '/api/users/me', '/socket.io/?EIO=4&transport=polling', '/nowhere']) {
      const { headers } = await rawCall(site.url, 'GET', path);
      expect(headers, path).toMatchObject({ 'x-content-type-options': 'nosniff' });
      expect(headers['strict-transport-security'], path).toContain('max-age=');
      expect(headers['set-cookie'], path).toBeUndefined();
      expect(headers['x-powered-by'], path).toBeUndefined();
    }
  });
});
