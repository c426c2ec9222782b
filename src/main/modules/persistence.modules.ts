import { ContainerModule } from 'inversify';
import { createMemoryPersistence } from '../../adapters/outbound/memory/create-memory-persistence.ts';
import { openSequelizePersistence } from '../../adapters/outbound/sequelize/persistence.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

/** Adapters are chosen by loading one of these modules, never by an `if` inside one. */
export const memoryPersistenceModule = new ContainerModule((options) => {
  provide(options, TOKENS.persistence, {}, () => createMemoryPersistence());
});

/** SQLite, MySQL and MariaDB. */
export const sequelizePersistenceModule = new ContainerModule((options) => {
  const { config, logger, clock, metrics, tracer } = TOKENS;
  provide(
    options,
    TOKENS.persistence,
    { config, logger, clock, metrics, tracer },
    ({ config, metrics, tracer, ...rest }) =>
      openSequelizePersistence({
        url: config.databaseUrl,
        ssl: config.databaseTls,
        poolMax: config.databasePoolMax,
        watch: { probe: metrics, tracer },
        ...rest,
      }),
  );
});
