import { ContainerModule } from 'inversify';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

/** What is served over HTTP besides the contract: documents, a page. */
export const sitesModule = new ContainerModule((options) => {
  provide(options, TOKENS.sites, {}, () => []);
});
