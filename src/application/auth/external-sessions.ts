import type { Session, SessionId } from '../../domain/session/session.ts';
import { externalUser } from '../../domain/user/external-user.ts';
import type { UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';
import { audit } from './audit.ts';

const ATTEMPTS_MAX = 8;
const KNOWN_MAX = 50_000;
const IN_USE = { disabledAtMs: null, erasedAtMs: null };

interface ExternalSessionsDeps {
  readonly provider: ports.IdentityProvider;
  readonly identities: ports.IdentityStore;
  readonly sessions: ports.SessionStore;
  readonly users: ports.UserStore;
  readonly unitOfWork: ports.UnitOfWork;
  readonly tokens: ports.TokenService;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/**
 * Tokens of another issuer. Each is a session here, from its first use to its end, so that it is listed, ended and cut
 * like any other. Whoever comes for the first time is made a user.
 */
export class ExternalSessions {
  readonly #deps: ExternalSessionsDeps;
  /** Sessions that are stored already, by what they were made of. Whether one still lives is the guard's question. */
  readonly #known = new Map<string, Promise<ports.AccessClaims>>();

  constructor(deps: ExternalSessionsDeps) {
    this.#deps = deps;
  }

  /** The claims of a good token. Whether its session was ended meanwhile is for the caller to ask. */
  async claimsOf(token: string): Promise<ports.AccessClaims> {
    const { provider, clock } = this.#deps;
    const identity = await provider.verify(token);
    // The provider forgives a clock that differs a little; a session ends when it says.
    if (identity.expiresAtMs <= clock.nowMs()) {
      throw new AppError('TOKEN_EXPIRED', { message: 'The token has expired.' });
    }
    const known = this.#known.get(identity.fingerprint);
    if (known) return known;
    const claims = this.#adopt(identity);
    this.#known.set(identity.fingerprint, claims);
    if (this.#known.size > KNOWN_MAX) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    claims.catch(() => this.#known.delete(identity.fingerprint));
    return claims;
  }

  /** The user of somebody who is known elsewhere, made if need be. */
  async userOf(identity: ports.ExternalAccount): Promise<UserId> {
    return (await this.#present(identity, this.#deps.clock.nowMs())).userId;
  }

  async #adopt(identity: ports.ExternalIdentity): Promise<ports.AccessClaims> {
    const { sessions, users, clock } = this.#deps;
    const { userId } = await this.#present(identity, identity.issuedAtMs);
    const session = this.#sessionOf(identity, userId);
    await sessions.forgetExpired(userId, clock.nowMs());
    await sessions.insertOnce(session);
    // Asked after the session is there: what ends all of the user's sessions either finds this one, or is found here.
    const link = await this.#deps.identities.find(identity.issuer, identity.subject);
    const user = await users.byId(userId);
    const isTooOld = link !== null && link.tokensFromMs !== null && identity.issuedAtMs <= link.tokensFromMs;
    if (isTooOld || (user !== null && user.disabledAtMs !== null)) await sessions.end(session.id, clock.nowMs());
    return { userId, sessionId: session.id, expiresAtMs: identity.expiresAtMs };
  }

  #sessionOf(identity: ports.ExternalIdentity, userId: UserId): Session {
    const { issuer, subject, fingerprint, issuedAtMs, expiresAtMs } = identity;
    const id = uuidOf(this.#deps.tokens.digest(JSON.stringify([issuer, subject, fingerprint]))) as SessionId;
    const times = { createdAtMs: issuedAtMs, usedAtMs: this.#deps.clock.nowMs(), expiresAtMs, endedAtMs: null };
    // No secret has an empty digest: only the issuer renews such a session.
    return { id, userId, refreshDigest: '', ...times, userAgent: issuer.slice(0, 200) };
  }

  /**
   * The user of an identity that its issuer vouched for then. Whoever was erased before that comes anew, as another
   * user; a token from before must not bring back what was erased.
   */
  async #present(identity: ports.ExternalAccount, vouchedForAtMs: number): Promise<ports.LinkedIdentity> {
    const { identities, users } = this.#deps;
    const link = await this.#linked(identity);
    const user = await users.byId(link.userId);
    if (!user || user.erasedAtMs === null || vouchedForAtMs <= user.erasedAtMs) return link;
    await identities.release(identity.issuer, identity.subject, user.id);
    return this.#linked(identity);
  }

  async #linked(identity: ports.ExternalAccount): Promise<ports.LinkedIdentity> {
    const { issuer, subject } = identity;
    const { identities, ids } = this.#deps;
    const id = ids.uuid() as UserId;
    const taken = { email: false, names: 0 };
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const link = await identities.find(issuer, subject);
      if (link) return link;
      try {
        return await this.#create(id, identity, taken);
      } catch (error) {
        // CONFLICT: somebody else has just made the user of this identity, and the next look finds it.
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'EMAIL_TAKEN') taken.email = true;
        else if (error.code === 'USERNAME_TAKEN') taken.names += 1;
        else if (error.code !== 'CONFLICT') throw error;
      }
    }
    throw new AppError('OVERLOADED', { message: 'The account could not be made now. Try again.' });
  }

  async #create(
    id: UserId,
    identity: ports.ExternalAccount,
    taken: { readonly email: boolean; readonly names: number },
  ): Promise<ports.LinkedIdentity> {
    const { unitOfWork, clock, logger } = this.#deps;
    const { issuer, subject } = identity;
    const createdAtMs = clock.nowMs();
    const user = externalUser({ id, createdAtMs, lastSeenAtMs: null, ...IN_USE }, identity, taken);
    const link: ports.LinkedIdentity = { issuer, subject, userId: id, createdAtMs, tokensFromMs: null };
    await unitOfWork.run(async (stores) => {
      await stores.users.insert(user);
      await stores.identities.insert(link);
    });
    audit(logger, 'external_user_created', { userId: id, issuer });
    return link;
  }
}

/** A version 8 UUID (RFC 9562) of the first half of a digest: the same wherever the same token is seen first. */
function uuidOf(digest: string): string {
  const variant = ((parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
