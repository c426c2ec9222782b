import { createHmac, createSecretKey, hash, randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { AppError } from '../../../application/errors/app-error.ts';
import type { AccessClaims, Clock, TokenService } from '../../../application/ports/index.ts';
import type { SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';

export const SECRET_BYTES_MIN = 32;
/** Ours have some 370 characters. Anything much longer is not parsed at all. */
const TOKEN_CHARS_MAX = 4_096;
/** How far the clocks of two nodes may be apart before a token ends early on one of them. */
const CLOCK_TOLERANCE_S = 5;
/** 132 bits that tell a refresh secret of ours from garbage; nothing is opened with them. */
const MARK_CHARS = 22;
const HEADER = { alg: 'HS256', typ: 'at+jwt' } as const;
/** Every token that we signed starts so. No other header is parsed: no `kid`, no `jwk`, no second algorithm. */
const ENCODED_HEADER = `${Buffer.from(JSON.stringify(HEADER)).toString('base64url')}.`;

export interface JwtTokensOptions {
  /** The first signs, all verify. Each has 32 bytes or more. */
  readonly secrets: readonly string[];
  readonly expiresInSeconds: number;
  readonly issuer?: string;
  readonly audience?: string;
  readonly clock: Clock;
}

interface Payload {
  readonly [claim: string]: unknown;
}

/** Access tokens as JWT (RFC 9068, HS256). Nothing in a token selects the key or the algorithm. */
export class JwtTokens implements TokenService {
  readonly #keys: readonly KeyObject[];
  readonly #signingKey: KeyObject;
  readonly #expiresInSeconds: number;
  readonly #issuer: string;
  readonly #audience: string;
  readonly #clock: Clock;

  constructor({ secrets, expiresInSeconds, issuer = 'parley', audience = 'parley-clients', clock }: JwtTokensOptions) {
    if (secrets.some((secret) => Buffer.byteLength(secret) < SECRET_BYTES_MIN)) {
      throw new RangeError(`Every token secret must have at least ${SECRET_BYTES_MIN} bytes.`);
    }
    if (!Number.isSafeInteger(expiresInSeconds) || expiresInSeconds < 1) {
      throw new RangeError('The life of a token must be a whole number of seconds, 1 or more.');
    }
    // Prepared once: a string the library would first try as a PEM public key, which takes 50 times the verification.
    this.#keys = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
    const [signingKey] = this.#keys;
    if (signingKey === undefined) throw new RangeError('At least one token secret is needed.');
    this.#signingKey = signingKey;
    this.#expiresInSeconds = expiresInSeconds;
    this.#issuer = issuer;
    this.#audience = audience;
    this.#clock = clock;
  }

  issue({ userId, sessionId }: { readonly userId: UserId; readonly sessionId: SessionId }) {
    const iat = this.#nowSeconds();
    const exp = iat + this.#expiresInSeconds;
    const claims = { sub: userId, sid: sessionId, jti: randomUUID(), iat, exp, iss: this.#issuer, aud: this.#audience };
    // As text, because of claims in an object the library replaces an `iat` of 0 by the time of the machine.
    const token = jwt.sign(JSON.stringify(claims), this.#signingKey, { algorithm: HEADER.alg, header: HEADER });
    return { token, expiresAtMs: exp * 1_000 };
  }

  verify(token: string): AccessClaims {
    const claims = this.#claimsOf(this.#signedPayload(token));
    // Last, so that only a token that is good in every other way is called expired.
    if (this.#nowSeconds() >= claims.exp + CLOCK_TOLERANCE_S) {
      throw new AppError('TOKEN_EXPIRED', { message: 'The access token has expired.' });
    }
    return { userId: claims.sub as UserId, sessionId: claims.sid as SessionId, expiresAtMs: claims.exp * 1_000 };
  }

  refreshSecrets(sessionId: SessionId, source: string): readonly [string, ...string[]] {
    const following = (key: KeyObject): string => {
      const body = mac(key, ['refresh secret', sessionId, source]);
      return body + markOf(key, sessionId, body);
    };
    return [following(this.#signingKey), ...this.#keys.slice(1).map(following)];
  }

  isRefreshSecret(sessionId: SessionId, secret: string): boolean {
    const body = secret.slice(0, -MARK_CHARS);
    const mark = Buffer.from(secret.slice(-MARK_CHARS));
    return this.#keys.some((key) => {
      const expected = Buffer.from(markOf(key, sessionId, body));
      return mark.length === expected.length && timingSafeEqual(mark, expected);
    });
  }

  digest(secret: string): string {
    return hash('sha256', secret, 'hex');
  }

  #signedPayload(token: string): unknown {
    if (!mayBeOurs(token)) throw refused();
    for (const key of this.#keys) {
      try {
        // Time is checked below: the library checks it before the other claims, and takes a clock at 0 for none.
        return jwt.verify(token, key, { algorithms: [HEADER.alg], ignoreExpiration: true, ignoreNotBefore: true });
      } catch {
        // Perhaps the next key signed it.
      }
    }
    throw refused();
  }

  #claimsOf(payload: unknown): { readonly sub: string; readonly sid: string; readonly exp: number } {
    if (!isObject(payload)) throw refused();
    const { sub, sid, jti, iat, exp, iss, aud } = payload;
    // The library would take a list of audiences in which ours is one of several.
    if (iss !== this.#issuer || aud !== this.#audience) throw refused();
    if (!isText(sub) || !isText(sid) || !isText(jti) || !isSeconds(iat) || !isSeconds(exp)) throw refused();
    if (exp <= iat || 'nbf' in payload) throw refused();
    return { sub, sid, exp };
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.nowMs() / 1_000);
  }
}

/** A line break separates the parts: no JWT, which the same keys sign, holds one. */
const mac = (key: KeyObject, parts: readonly string[]): string =>
  createHmac('sha256', key).update(parts.join('\n')).digest('base64url');
const markOf = (key: KeyObject, sessionId: SessionId, body: string): string =>
  mac(key, ['refresh mark', sessionId, body]).slice(0, MARK_CHARS);
const refused = () => new AppError('UNAUTHENTICATED', { message: 'The access token is not valid.' });
const mayBeOurs = (token: unknown): boolean =>
  isText(token) && token.length <= TOKEN_CHARS_MAX && token.startsWith(ENCODED_HEADER);
const isObject = (value: unknown): value is Payload => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
/** 2^53 and beyond are no exact seconds; milliseconds of one must be exact too. */
const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value * 1_000) && Number.isInteger(value) && value >= 0;
