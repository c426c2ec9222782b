import type { Flavour } from './types.ts';

const common = ['--max-connections=300', '--character-set-server=utf8mb4'];

/** What both a private server and a container are started with. */
export function serverOptions(flavour: Flavour, durable: boolean): string[] {
  const product = flavour === 'mysql' ? ['--mysqlx=OFF'] : [];
  return [...common, ...product, ...(durable ? durableOptions : fastOptions)];
}

// As a careful operator runs it: a commit is on the disk, in both logs, before it is acknowledged.
const durableOptions = [
  '--innodb-buffer-pool-size=1G',
  '--innodb-flush-log-at-trx-commit=1',
  '--sync-binlog=1',
  '--log-bin=binlog',
  '--server-id=1',
];

// A test's data need not outlive a power cut, and the default settings would wait for the disk at every commit.
const fastOptions = [
  '--innodb-buffer-pool-size=256M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--skip-log-bin',
];
