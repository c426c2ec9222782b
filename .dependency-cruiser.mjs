const rule = (name, from, to) => ({ name, severity: 'error', from, to });
/** A module under `inside` may reach only `allowed`; npm packages count as outside too. */
const only = (name, inside, allowed) =>
  rule(name, { path: inside }, { path: '^(src|node_modules)/', pathNot: allowed });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    only('domain-is-pure', '^src/domain/', ['^src/domain/']),
    only('application-sees-domain', '^src/application/', ['^src/(domain|application)/']),
    only('contract-is-a-leaf', '^src/contract/', ['^src/contract/', '^node_modules/zod/']),
    only('client-sees-contract', '^src/client/', [
      '^src/(client|contract)/',
      '^node_modules/(zod|socket\\.io-client)/',
    ]),
    rule(
      'client-carries-no-schemas',
      { path: '^src/client/' },
      { path: '^(src/contract|node_modules/zod)/', dependencyTypesNot: ['type-only'] },
    ),
    // A benchmark is made of clients.
    rule('only-clients-see-client', { path: '^src/', pathNot: '^src/(client|main/bench)/' }, { path: '^src/client/' }),
    rule('no-io-inside', { path: '^src/(domain|application|contract)/' }, { dependencyTypes: ['core'] }),
    rule('inbound-not-outbound', { path: '^src/adapters/inbound/' }, { path: '^src/adapters/outbound/' }),
    rule('outbound-not-inbound', { path: '^src/adapters/outbound/' }, { path: '^src/adapters/inbound/' }),
    rule(
      'storage-knows-no-wire',
      { path: '^src/adapters/outbound/(?!(socket|webhooks)/)' },
      { path: '^src/(contract|adapters/wire)/' },
    ),
    rule('wire-is-shared', { path: '^src/adapters/wire/' }, { path: '^src/adapters/(inbound|outbound)/' }),
    rule(
      'outbound-peers-are-strangers',
      { path: '^src/adapters/outbound/([^/]+)/' },
      { path: '^src/adapters/outbound/', pathNot: '^src/adapters/outbound/$1/' },
    ),
    rule(
      'only-main-composes',
      { path: '^src/', pathNot: '^src/main/' },
      { path: ['^src/main/', '^node_modules/(@inversifyjs|inversify)/'] },
    ),
    rule(
      'orm-stays-home',
      { path: '^src/', pathNot: '^src/adapters/outbound/sequelize/' },
      { path: '^node_modules/(sequelize|mysql2|umzug|@appthreat)/' },
    ),
    rule('no-tests-in-src', { path: '^src/' }, { path: '^(tests|bench)/' }),
    rule('no-cycles', {}, { circular: true }),
    rule('no-unresolvable', {}, { couldNotResolve: true }),
  ],
  options: {
    // A type-only import of Sequelize in the domain is still a leak.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: '^node_modules' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'], exportsFields: ['exports'] },
  },
};
