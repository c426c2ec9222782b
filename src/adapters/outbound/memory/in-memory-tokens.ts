import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../application/errors/app-error.ts';
import type { AccessClaims, Clock, IdGenerator, TokenService } from '../../../application/ports/index.ts';
import type { SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';

interface Sealed {
  readonly id: string;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly expiresAtMs: number;
}

/**
 * Tokens that only this object accepts: their seal is keyed with a secret that it draws when it is made and shows to
 * nobody. They are as hard to guess as the secrets of the id generator.
 */
export class InMemoryTokens implements TokenService {
  readonly #key: string;
  readonly #clock: Clock;
  readonly #ids: IdGenerator;
  readonly #expiresInSeconds: number;

  constructor(deps: { readonly clock: Clock; readonly ids: IdGenerator; readonly expiresInSeconds: number }) {
    this.#key = deps.ids.secret();
    this.#clock = deps.clock;
    this.#ids = deps.ids;
    this.#expiresInSeconds = deps.expiresInSeconds;
  }

  issue({ userId, sessionId }: { readonly userId: UserId; readonly sessionId: SessionId }) {
    const expiresAtMs = (Math.floor(this.#clock.nowMs() / 1_000) + this.#expiresInSeconds) * 1_000;
    const sealed: Sealed = { id: this.#ids.uuid(), userId, sessionId, expiresAtMs };
    const body = Buffer.from(JSON.stringify(sealed)).toString('base64url');
    return { token: `${body}.${this.#seal(body)}`, expiresAtMs };
  }

  verify(token: string): AccessClaims {
    const { userId, sessionId, expiresAtMs } = this.#open(token);
    if (this.#clock.nowMs() >= expiresAtMs) {
      throw new AppError('TOKEN_EXPIRED', { message: 'The access token has expired.' });
    }
    return { userId, sessionId, expiresAtMs };
  }

  refreshSecrets(sessionId: SessionId, source: string): readonly [string] {
    const body = this.#seal(`refresh secret ${sessionId} ${source}`);
    return [body + this.#seal(`refresh mark ${sessionId} ${body}`)];
  }

  isRefreshSecret(sessionId: SessionId, secret: string): boolean {
    const body = secret.slice(0, secret.length / 2);
    return secret === body + this.#seal(`refresh mark ${sessionId} ${body}`);
  }

  digest(secret: string): string {
    return hash('sha256', secret, 'hex');
  }

  #open(token: string): Sealed {
    const [body = '', seal = '', ...rest] = String(token).split('.', 3);
    const expected = Buffer.from(this.#seal(body));
    const given = Buffer.from(seal);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new AppError('UNAUTHENTICATED', { message: 'The access token is not valid.' });
    }
    // The seal is ours, so what it seals is what `issue` wrote.
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Sealed;
  }

  #seal(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}
