import { fileURLToPath } from 'node:url';
import { ContainerModule } from 'inversify';
import { serveDocuments } from '../../adapters/inbound/http/serve-documents.ts';
import { serveMetrics } from '../../adapters/inbound/http/serve-metrics.ts';
import { servePage } from '../../adapters/inbound/http/serve-page.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

/** The same place from `src/main/modules` and from `dist/main/modules`. */
const PAGE = fileURLToPath(new URL('../../../dist/web', import.meta.url));

/** What is served over HTTP besides the contract: documents, a page. */
export const sitesModule = new ContainerModule((options) => {
  provide(options, TOKENS.sites, { config: TOKENS.config, metrics: TOKENS.readMetrics }, ({ config, metrics }) => [
    ...(config.metrics && metrics ? [serveMetrics(metrics, config.metrics.token)] : []),
    ...(config.apiDocs ? [serveDocuments()] : []),
    ...(config.demoPage ? [servePage(PAGE)] : []),
  ]);
});
