import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  readonly pem: string;
}

export async function aSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, jwk, pem: await exportSPKI(publicKey) };
}

/** Another system that has users and signs tokens for them, with a real HTTP server for its keys. */
export class Issuer {
  readonly name = 'https://issuer.example/';
  readonly audience = 'parley-in-our-shop';
  /** What it publishes, and how. */
  published: readonly SigningKey[] = [];
  answer: { status?: number; body?: string; hang?: boolean } = {};
  /** How often it was asked for its keys. */
  asked = 0;
  readonly #server = createServer((_request, response) => {
    this.asked += 1;
    if (this.answer.hang) return;
    response.writeHead(this.answer.status ?? 200, { 'content-type': 'application/json', location: '/elsewhere' });
    response.end(this.answer.body ?? JSON.stringify({ keys: this.published.map(({ jwk }) => jwk) }));
  });

  static async start(...published: readonly SigningKey[]): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.published = published;
    issuer.#server.listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    return issuer;
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  /** The settings of a server that believes it. */
  get env(): Record<string, string> {
    return { EXTERNAL_ISSUER: this.name, EXTERNAL_AUDIENCE: this.audience, EXTERNAL_JWKS_URL: this.jwksUrl };
  }

  /** A good token, but for what is changed; undefined leaves a claim out. */
  token(key: SigningKey, claims: JWTPayload = {}, nowS = Math.floor(Date.now() / 1_000)): Promise<string> {
    const good = { iss: this.name, aud: this.audience, sub: 'alice', iat: nowS, exp: nowS + 600 };
    return new SignJWT({ ...good, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT' })
      .sign(key.privateKey);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
