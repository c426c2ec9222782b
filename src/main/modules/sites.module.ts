import { ContainerModule } from 'inversify';
import { serveDocuments } from '../../adapters/inbound/http/serve-documents.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

/** What is served over HTTP besides the contract: documents, a page. */
export const sitesModule = new ContainerModule((options) => {
  provide(options, TOKENS.sites, { config: TOKENS.config }, ({ config }) => [
    ...(config.apiDocs ? [serveDocuments()] : []),
  ]);
});
