import { actAs } from '../../adapters/inbound/http/act-as.ts';
import type { Actions } from '../../adapters/inbound/http/actions.ts';
import type { UserId } from '../../domain/user/user.ts';
import { resolve } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';
import { open } from '../start.ts';
import { Attachment, type RequestHandler, type UpgradableServer } from './attachment.ts';
import { configOf, type ParleyOptions } from './options.ts';

/** Whom the application calls somebody of its own. */
export interface HostProfile {
  readonly id: string;
  readonly username?: string | null;
  readonly email?: string | null;
}

/** A Parley that lives in an application, which keeps its own HTTP server, users and signals. */
export interface Parley {
  /**
   * For `app.use(parley.handler)`, or for an HTTP server without Express: answers whatever lies under the base path,
   * and leaves everything else to `next`.
   */
  readonly handler: RequestHandler;

  /** Adds WebSocket connections under the base path to a server; other upgrades are left to whoever else is there. */
  attach(server: UpgradableServer): void;

  /** The id, here, of a user of the application, who is made known if need be. With `identify` only. */
  userOf(profile: HostProfile): Promise<string>;

  /**
   * Everything that the API offers, in the name of this user and without a network: the same checks, the same limits,
   * the same news for everybody. The id is one of Parley's. Rejects with AppError.
   */
  as(userId: string): Actions;

  /**
   * Finishes what is in flight, tells the clients, closes what `createParley` opened, and nothing that was given to it.
   * Resolves to whether all went well; never rejects.
   */
  close(): Promise<boolean>;
}

/**
 * Opens a Parley inside this process. It never listens, takes no signals, ends no process and reads no environment.
 * Rejects with ConfigError, which names all problems at once, or with what a database that is not there says.
 */
export async function createParley(options: ParleyOptions): Promise<Parley> {
  const config = configOf(options);
  const { identify, adapters = {} } = options;
  const host = identify ? { identify, issuer: config.issuer } : null;
  const opened = await open(config, { adapters, host }, (container) => resolve(container, TOKENS.server));
  const { container } = opened;
  const server = await resolve(container, TOKENS.server);
  const attachment = new Attachment(server.http, config.basePath);
  const external = await resolve(container, TOKENS.external);
  const handlers = await resolve(container, TOKENS.handlers);
  return {
    handler: attachment.handler,
    attach: (host) => attachment.attach(host),
    userOf: async ({ id, email = null, username = null }) => {
      if (!external) throw new Error('Without `identify` there are only users of Parley.');
      return external.userOf({ issuer: config.issuer, subject: id, email, username });
    },
    as: (userId) => actAs(handlers, userId as UserId),
    close: async () => {
      attachment.close();
      return opened.stop();
    },
  };
}
