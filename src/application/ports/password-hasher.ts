export interface PasswordHasher {
  /** A salted hash that holds its own parameters. Rejects with OVERLOADED when too many hashes wait already. */
  hash(password: string): Promise<string>;

  /**
   * Whether the password is the hashed one. A null hash (no such account) takes as long as a real one and is false, so
   * that time does not tell who exists. Rejects with OVERLOADED when too many hashes wait already.
   */
  verify(password: string, hash: string | null): Promise<boolean>;
}
