import { ContainerModule } from 'inversify';
import { HttpWebhookSender } from '../../adapters/outbound/webhooks/http-webhook-sender.ts';
import { ManageWebhooks } from '../../application/use-cases/manage-webhooks.ts';
import { DeliverWebhooks } from '../../application/webhooks/deliver-webhooks.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

export const webhooksModule = new ContainerModule((options) => {
  const { config, clock, ids, logger, nodeId, persistence, scheduler, webhookSender: sender } = TOKENS;
  provide(options, sender, { config, clock }, ({ config, clock }) => {
    return new HttpWebhookSender({ clock, allowPrivate: config.webhooksAllowPrivate });
  });
  provide(
    options,
    TOKENS.deliverWebhooks,
    { config, persistence, sender, scheduler, clock, logger, nodeId, bus: TOKENS.bus, probe: TOKENS.probe },
    ({ config, persistence: { webhooks, log }, ...rest }) => {
      // The other half is for the parts that close after it.
      return new DeliverWebhooks({ ...rest, webhooks, log, drainMs: config.shutdownMs / 2 });
    },
  );
  provide(
    options,
    TOKENS.manageWebhooks,
    { persistence, sender, ids, clock, logger },
    ({ persistence: { webhooks, log }, ...rest }) => new ManageWebhooks({ ...rest, webhooks, log }),
  );
});
