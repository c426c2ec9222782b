import { Container } from 'inversify';
import type { Config } from './config/config.ts';
import { NOTHING, type AdapterName, type Brought } from './di/adapters.ts';
import { TOKENS } from './di/tokens.ts';
import type { Token } from './di/token.ts';
import { InFlight } from './lifecycle/in-flight.ts';
import { Lifecycle } from './lifecycle/lifecycle.ts';
import { accountsModule } from './modules/accounts.module.ts';
import { inboundModule } from './modules/inbound.module.ts';
import { metricsModule } from './modules/metrics.module.ts';
import { messagingModule } from './modules/messaging.module.ts';
import { moderationModule } from './modules/moderation.module.ts';
import { memoryPersistenceModule, sequelizePersistenceModule } from './modules/persistence.modules.ts';
import { redisNodesModule, singleNodeModule } from './modules/nodes.module.ts';
import { operationsModule } from './modules/operations.module.ts';
import { roomsModule } from './modules/rooms.module.ts';
import { sitesModule } from './modules/sites.module.ts';
import { systemModule } from './modules/system.module.ts';
import { webhooksModule } from './modules/webhooks.module.ts';

/**
 * Assembles the application for a configuration, with these adapters instead of its own. Nothing is opened until it is
 * asked for.
 */
export function buildContainer(config: Config, { adapters, host }: Brought = NOTHING): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  const constant = <T>(target: Token<T>, value: T) => container.bind<T>(target).toConstantValue(value);
  constant(TOKENS.config, config);
  constant(TOKENS.host, host);
  constant(TOKENS.lifecycle, new Lifecycle());
  constant(TOKENS.inFlight, new InFlight());
  const persistenceModule = config.databaseUrl === 'memory:' ? memoryPersistenceModule : sequelizePersistenceModule;
  const nodesModule = config.redisUrl === null ? singleNodeModule : redisNodesModule;
  container.load(systemModule, metricsModule, persistenceModule, nodesModule);
  container.load(accountsModule, roomsModule, moderationModule, messagingModule, sitesModule, inboundModule);
  container.load(operationsModule, webhooksModule);
  for (const name of Object.keys(adapters) as AdapterName[]) {
    const adapter = adapters[name];
    if (adapter !== undefined) container.rebind<unknown>(TOKENS[name]).toConstantValue(adapter);
  }
  return container;
}
