import { hash } from 'node:crypto';
import type { IdGenerator } from '../../../application/ports/index.ts';

/** What the time field counts up from. */
const FIRST_TIME = 0x0190_0000_0000;

/**
 * The same ids in every run: shaped as UUID v7 and ascending. Its secrets look the part and can be computed by anybody,
 * so it is for tests and simulations only.
 */
export class SequentialIds implements IdGenerator {
  readonly #name: string;
  readonly #node: string;
  #uuids = 0;
  #secrets = 0;

  /** Generators of different names never make the same id. */
  constructor(name = '') {
    this.#name = name;
    this.#node = hash('sha256', `node ${name}`, 'hex').slice(0, 12);
  }

  uuid(): string {
    this.#uuids += 1;
    const time = (FIRST_TIME + this.#uuids).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${this.#node}`;
  }

  secret(): string {
    this.#secrets += 1;
    return hash('sha256', `secret ${this.#name} ${this.#secrets}`, 'base64url');
  }
}
