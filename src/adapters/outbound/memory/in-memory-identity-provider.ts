import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../application/errors/app-error.ts';
import type { Clock, ExternalIdentity, IdentityProvider, IdGenerator } from '../../../application/ports/index.ts';

const CLOCK_TOLERANCE_MS = 5_000;

type Claims = Omit<ExternalIdentity, 'fingerprint'>;

/** An issuer that lives in this process and the one who believes it, in one object. */
export class InMemoryIdentityProvider implements IdentityProvider {
  readonly #clock: Clock;
  readonly #ids: IdGenerator;
  readonly #key: string;

  constructor(deps: { readonly clock: Clock; readonly ids: IdGenerator }) {
    this.#clock = deps.clock;
    this.#ids = deps.ids;
    this.#key = deps.ids.secret();
  }

  issue(claims: Claims): string {
    const body = Buffer.from(JSON.stringify({ ...claims, id: this.#ids.uuid() })).toString('base64url');
    return `${body}.${this.#seal(body)}`;
  }

  async verify(token: string): Promise<ExternalIdentity> {
    const [body = '', seal = '', ...rest] = token.split('.', 3);
    const [expected, given] = [Buffer.from(this.#seal(body)), Buffer.from(seal)];
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) throw refused();
    const { id: _id, ...claims } = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims & { id: string };
    const nowMs = this.#clock.nowMs();
    if (claims.expiresAtMs <= claims.issuedAtMs || claims.issuedAtMs > nowMs + CLOCK_TOLERANCE_MS) throw refused();
    if (claims.expiresAtMs <= nowMs - CLOCK_TOLERANCE_MS) throw new AppError('TOKEN_EXPIRED');
    return { ...claims, fingerprint: hash('sha256', body, 'hex') };
  }

  #seal(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}

const refused = () => new AppError('UNAUTHENTICATED', { message: 'The token is not valid.' });
