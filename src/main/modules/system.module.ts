import { ContainerModule } from 'inversify';
import { HostIdentityProvider } from '../../adapters/outbound/identity/host-identity-provider.ts';
import { JwtIdentityProvider } from '../../adapters/outbound/identity/jwt-identity-provider.ts';
import { InMemoryDenylist } from '../../adapters/outbound/memory/in-memory-denylist.ts';
import { silentTracer } from '../../adapters/outbound/memory/silent-tracer.ts';
import { BcryptHasher } from '../../adapters/outbound/system/bcrypt-hasher.ts';
import { JwtTokens } from '../../adapters/outbound/system/jwt-tokens.ts';
import { CommonPasswords } from '../../adapters/outbound/system/common-passwords.ts';
import { createPinoLogger } from '../../adapters/outbound/system/pino-logger.ts';
import { prettyDestination } from '../../adapters/outbound/system/pretty-destination.ts';
import { SystemClock } from '../../adapters/outbound/system/system-clock.ts';
import { SystemScheduler } from '../../adapters/outbound/system/system-scheduler.ts';
import { UuidIds } from '../../adapters/outbound/system/uuid-ids.ts';
import { packageVersion } from '../package-version.ts';
import { openTracing } from '../../adapters/outbound/tracing/open-tracing.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

export const systemModule = new ContainerModule((options) => {
  const { config, clock, logger, scheduler, ids, hasher, tokens } = TOKENS;
  provide(options, clock, {}, () => new SystemClock());
  provide(options, TOKENS.tracing, { config }, ({ config: { tracesEndpoint: endpoint } }) =>
    endpoint === null ? null : openTracing({ endpoint, version: packageVersion() }),
  );
  provide(options, TOKENS.tracer, { tracing: TOKENS.tracing }, ({ tracing }) => tracing?.tracer ?? silentTracer);
  provide(options, logger, { config, tracing: TOKENS.tracing }, async ({ config, tracing }) => {
    const traced = tracing && { tracer: tracing.tracer };
    // Whoever reads along while developing is a person, everything else a program.
    const isRead = process.stdout.isTTY && !config.production && config.logLevel !== 'silent';
    const destination = isRead && { destination: await prettyDestination({ colors: !process.env['NO_COLOR'] }) };
    return createPinoLogger({ level: config.logLevel, ...traced, ...destination });
  });
  provide(options, scheduler, { logger }, ({ logger }) => new SystemScheduler({ logger }));
  provide(options, ids, { clock }, (deps) => new UuidIds(deps));
  provide(options, TOKENS.denylist, { config }, ({ config }) =>
    config.commonPasswords === 'refused' ? new CommonPasswords() : new InMemoryDenylist(),
  );
  provide(options, hasher, { config }, ({ config }) => new BcryptHasher({ cost: config.bcryptCost }));
  provide(
    options,
    tokens,
    { config, clock },
    ({ config, clock }) =>
      new JwtTokens({ secrets: config.jwtSecrets, expiresInSeconds: config.jwtExpiresInSeconds, clock }),
  );
  provide(
    options,
    TOKENS.identityProvider,
    { config, host: TOKENS.host, clock, logger },
    ({ config: { external }, host, ...rest }) => {
      if (host) return new HostIdentityProvider({ ...host, ...rest });
      return external && new JwtIdentityProvider({ ...external, ...rest });
    },
  );
});
