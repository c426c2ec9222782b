const ACCOUNTS_MAX = 20_000;
const ADDRESSES_MAX = 8;

/**
 * Where the owners of accounts were lately, in the memory of this process: what is forgotten (by a restart, or for
 * 20,000 accounts that were used later) is strange again until the owner is seen there, be it by a refresh.
 */
export class KnownAddresses {
  readonly #ofAccount = new Map<string, readonly string[]>();

  has(account: string, address: string): boolean {
    return this.#ofAccount.get(account)?.includes(address) ?? false;
  }

  add(account: string, address: string): void {
    const others = (this.#ofAccount.get(account) ?? []).filter((other) => other !== address);
    // Deleted first, because a Map keeps the place of a key that it knows, and the first place is the next to go.
    this.#ofAccount.delete(account);
    this.#ofAccount.set(account, [address, ...others].slice(0, ADDRESSES_MAX));
    if (this.#ofAccount.size <= ACCOUNTS_MAX) return;
    const oldest = this.#ofAccount.keys().next();
    if (!oldest.done) this.#ofAccount.delete(oldest.value);
  }
}
