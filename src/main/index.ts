/** What a program that embeds Parley imports. */
export { AppError } from '../application/errors/app-error.ts';
export type * from '../application/ports/index.ts';
export type { HostUser, Identify } from '../adapters/outbound/identity/host-identity-provider.ts';
export type { Actions } from '../adapters/inbound/http/actions.ts';
export { ConfigError, readConfig, type Config } from './config/config.ts';
export type { AdapterName, Adapters, AdapterTypes } from './di/adapters.ts';
export { createParley, type HostProfile, type Parley } from './embed/create-parley.ts';
export type { RequestHandler, UpgradableServer } from './embed/attachment.ts';
export type { ParleyOptions } from './embed/options.ts';
export { start, type RunningServer } from './start.ts';
