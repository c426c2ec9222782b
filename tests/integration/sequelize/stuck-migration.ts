import { migrateUp } from '../../../src/adapters/outbound/sequelize/migrations/migrate.ts';

// A process of its own for migrations.test.ts: it gets as far as having the lock, says so, and never finishes.
const url = process.argv[2] ?? '';
await migrateUp({
  url,
  clock: { nowMs: () => Date.now() },
  migrations: [
    {
      name: '0001-create-users',
      up: () =>
        new Promise(() => {
          console.log('working');
          setInterval(() => undefined, 1_000);
        }),
    },
  ],
});
