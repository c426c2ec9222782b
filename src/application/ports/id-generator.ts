export interface IdGenerator {
  /** A lower-case UUID v7: unique, and later ones sort after earlier ones of the same process. */
  uuid(): string;

  /** An unguessable secret of 256 random bits, base64url, 43 characters. */
  secret(): string;
}
