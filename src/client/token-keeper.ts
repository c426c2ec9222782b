export type TokenWanted = 'first' | 'expiring' | 'refused';
/** A token, or how to get one; asked only when another one is needed. */
export type TokenSource = string | ((why: TokenWanted) => string | Promise<string>);

/** The token in use. However many want another one, the source is asked once at a time. */
export class TokenKeeper {
  readonly #source: TokenSource;
  #token: string | null = null;
  #asked: Promise<string> | null = null;
  #why: TokenWanted = 'first';

  constructor(source: TokenSource) {
    this.#source = source;
  }

  get isRenewable(): boolean {
    return typeof this.#source === 'function';
  }

  /** Rejects with whatever the source throws. */
  async current(): Promise<string> {
    return this.#token ?? this.#ask(this.#why);
  }

  /** Another one, while the present one still holds. */
  async renewed(): Promise<string> {
    return this.#ask('expiring');
  }

  /** It is of no use any more; a newer one stays. */
  spend(token: string): void {
    if (this.#token !== token) return;
    this.#token = null;
    this.#why = 'refused';
  }

  #ask(why: TokenWanted): Promise<string> {
    const source = this.#source;
    this.#asked ??= (async () => (typeof source === 'string' ? source : source(why)))()
      .then((token) => (this.#token = token))
      .finally(() => (this.#asked = null));
    return this.#asked;
  }
}
