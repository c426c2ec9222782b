import type { Identify } from '../../adapters/outbound/identity/host-identity-provider.ts';
import type * as ports from '../../application/ports/index.ts';

/** The ports of the application that a program may serve by adapters of its own. */
export interface AdapterTypes {
  readonly clock: ports.Clock;
  readonly scheduler: ports.Scheduler;
  readonly ids: ports.IdGenerator;
  readonly logger: ports.Logger;
  readonly denylist: ports.PasswordDenylist;
  readonly hasher: ports.PasswordHasher;
  readonly tokens: ports.TokenService;
  readonly identityProvider: ports.IdentityProvider;
  readonly limiter: ports.RateLimiter;
  /** All stores: those of one technology share its transactions. */
  readonly persistence: ports.Persistence;
  readonly presence: ports.PresenceRegistry;
  readonly bus: ports.RoomBus;
  readonly broadcaster: ports.RoomBroadcaster;
}

export type AdapterName = keyof AdapterTypes;
/** Whoever gives one also closes it. */
export type Adapters = Partial<AdapterTypes>;

/** Whom an application lets in by itself. */
export interface HostUsers {
  readonly identify: Identify;
  readonly issuer: string;
}

/** What a program that embeds this one brings along. */
export interface Brought {
  readonly adapters: Adapters;
  readonly host: HostUsers | null;
}

/** It stands alone. */
export const NOTHING: Brought = { adapters: {}, host: null };
