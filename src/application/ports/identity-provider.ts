/** What another system says about somebody. */
export interface ExternalAccount {
  readonly issuer: string;
  /** Who it is there: never reused for somebody else, never empty, at most 255 characters. */
  readonly subject: string;
  /** Null when it does not say, or does not vouch for it. */
  readonly email: string | null;
  readonly username: string | null;
}

/** What another system says about the bearer of a token of its own. */
export interface ExternalIdentity extends ExternalAccount {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Equal for two spellings of one token, different for any two tokens. */
  readonly fingerprint: string;
}

/** Accounts that are kept elsewhere: in the application that this one is a part of, or by a sign-in service. */
export interface IdentityProvider {
  /**
   * Rejects with UNAUTHENTICATED, with TOKEN_EXPIRED when the token was good once, and with OVERLOADED when nobody can
   * say now, because the keys could not be had.
   */
  verify(token: string): Promise<ExternalIdentity>;
}
