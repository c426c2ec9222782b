import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-addresses.ts';

/** The address of the consumer is in a network that must not be reached. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  readonly code = 'FORBIDDEN_ADDRESS';

  constructor() {
    super('The host has an address that is not public.');
  }
}

export type Resolve = (host: string, done: (error: Error | null, found: readonly LookupAddress[]) => void) => void;

const resolveBySystem: Resolve = (host, done) => lookup(host, { all: true }, done);

/**
 * A lookup for a socket, which connects to what is found here and asks nobody again. One address that is not public
 * refuses the name as a whole: it can only be a mistake or an attack.
 */
export const checkedLookup =
  (resolve: Resolve = resolveBySystem): LookupFunction =>
  (host, options, done) => {
    resolve(host, (error, found) => {
      const wanted = found?.filter(({ family }) => !options.family || options.family === family) ?? [];
      const [first] = wanted;
      if (error || !first) return done(error ?? new Error('The host has no address.'), '', 4);
      if (!found.every(({ address }) => isPublicAddress(address))) return done(new ForbiddenAddress(), '', 4);
      if (options.all) return done(null, [...wanted]);
      done(null, first.address, first.family);
    });
  };
