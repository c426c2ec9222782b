import { createHash, createPublicKey } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../../../application/errors/app-error.ts';
import type { Clock, ExternalIdentity, IdentityProvider, Logger } from '../../../application/ports/index.ts';
import { IssuerKeys } from './issuer-keys.ts';

/** Signatures that only the issuer can make. With a shared secret whoever verifies could issue as well. */
export const SIGNATURE_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

/** As many as `authenticate` takes and as a header of Node can hold. */
const TOKEN_CHARS_MAX = 8_192;
const SUBJECT_CHARS_MAX = 255;
/** How far the issuer's clock may be from ours. */
const CLOCK_TOLERANCE_S = 5;

export interface JwtIdentityProviderOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys, or its only public key as PEM. */
  readonly keys: { readonly jwksUrl: string } | { readonly publicKeyPem: string };
  readonly algorithms: readonly string[];
  /** Which claims tell who it is. */
  readonly claims: { readonly subject: string; readonly username: string; readonly email: string };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tokens of one issuer as JWT. The token chooses among the issuer's keys by `kid`, and nothing else. */
export class JwtIdentityProvider implements IdentityProvider {
  readonly #options: JwtIdentityProviderOptions;
  readonly #key: JWTVerifyGetKey;

  constructor(options: JwtIdentityProviderOptions) {
    const known: readonly string[] = SIGNATURE_ALGORITHMS;
    if (options.algorithms.length === 0 || options.algorithms.some((name) => !known.includes(name))) {
      throw new RangeError(`The algorithms of an issuer are some of ${known.join(', ')}.`);
    }
    this.#options = options;
    this.#key = keySource(options);
  }

  async verify(token: string): Promise<ExternalIdentity> {
    if (typeof token !== 'string' || token.length > TOKEN_CHARS_MAX) throw refused();
    const { issuer, audience, algorithms, clock } = this.#options;
    const nowMs = clock.nowMs();
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ['exp', 'iat', this.#options.claims.subject],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(nowMs),
      });
      return this.#identityOf(payload, token, nowMs);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #identityOf(payload: JWTPayload, token: string, nowMs: number): ExternalIdentity {
    const { issuer, claims } = this.#options;
    const subject = payload[claims.subject];
    const { iat, exp } = payload;
    if (typeof subject !== 'string' || !isSubject(subject) || !isSeconds(iat) || !isSeconds(exp)) throw refused();
    if (exp <= iat || iat * 1_000 > nowMs + CLOCK_TOLERANCE_S * 1_000) throw refused();
    return {
      issuer,
      subject,
      email: payload['email_verified'] === false ? null : textOrNull(payload[claims.email]),
      username: textOrNull(payload[claims.username]),
      issuedAtMs: iat * 1_000,
      expiresAtMs: exp * 1_000,
      fingerprint: fingerprintOf(token),
    };
  }
}

function keySource({ keys, clock, logger }: JwtIdentityProviderOptions): JWTVerifyGetKey {
  if ('jwksUrl' in keys) return new IssuerKeys({ url: keys.jwksUrl, clock, logger }).get;
  const key = createPublicKey(keys.publicKeyPem);
  return async () => key;
}

/** Without the signature: of one content there can be several good ones. */
const fingerprintOf = (token: string): string =>
  createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('hex');

function refusalOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // The library looks at the end last, so that only a token that is good in every other way is called expired.
  if (error instanceof errors.JWTExpired) return new AppError('TOKEN_EXPIRED', { message: 'The token has expired.' });
  return refused(error);
}

const refused = (cause?: unknown) => new AppError('UNAUTHENTICATED', { message: 'The token is not valid.', cause });
const isSubject = (text: string) => text !== '' && text.length <= SUBJECT_CHARS_MAX && text.isWellFormed();
const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
