import { ContainerModule } from 'inversify';
import { SpeakingTurns } from '../../application/access/speaking-turns.ts';
import { PresenceAnnouncer } from '../../application/live/presence-announcer.ts';
import { RoomFeed } from '../../application/live/room-feed.ts';
import { TypingBoard } from '../../application/live/typing-board.ts';
import { ConnectDevice } from '../../application/use-cases/connect-device.ts';
import { IndicateTyping } from '../../application/use-cases/indicate-typing.ts';
import { ListReceipts } from '../../application/use-cases/list-receipts.ts';
import { MarkRead } from '../../application/use-cases/mark-read.ts';
import { MarkReceipts } from '../../application/use-cases/mark-receipts.ts';
import { MarkUnread } from '../../application/use-cases/mark-unread.ts';
import { ReadEvents } from '../../application/use-cases/read-events.ts';
import { ReadHistory } from '../../application/use-cases/read-history.ts';
import { SendMessage } from '../../application/use-cases/send-message.ts';
import { SyncRooms } from '../../application/use-cases/sync-rooms.ts';
import { TrackPresence } from '../../application/use-cases/track-presence.ts';
import { WatchPresence } from '../../application/use-cases/watch-presence.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

export const messagingModule = new ContainerModule((options) => {
  const { config, clock, ids, logger, scheduler, limiter, persistence, presence, broadcaster } = TOKENS;
  const { access, feed, typing, announcer, markReceipts, trackPresence } = TOKENS;
  provide(
    options,
    feed,
    {
      persistence,
      broadcaster,
      bus: TOKENS.bus,
      webhooks: TOKENS.deliverWebhooks,
      scheduler,
      logger,
      probe: TOKENS.probe,
    },
    ({ persistence, webhooks, ...rest }) => {
      return new RoomFeed({ ...rest, log: persistence.log, alsoTell: (entries) => webhooks.committed(entries) });
    },
  );
  provide(options, typing, { broadcaster, scheduler, clock }, (deps) => new TypingBoard(deps));
  provide(
    options,
    announcer,
    { persistence, presence, broadcaster, scheduler, clock, logger },
    ({ persistence, ...rest }) =>
      new PresenceAnnouncer({ ...rest, members: persistence.members, users: persistence.users }),
  );
  provide(
    options,
    TOKENS.sendMessage,
    { config, persistence, access, feed, typing, limiter, ids, clock },
    ({ config, persistence, limiter, ...rest }) => {
      const turns = new SpeakingTurns({ limiter, serverLimit: config.messageRate });
      return new SendMessage({ ...rest, turns, log: persistence.log });
    },
  );
  provide(options, TOKENS.readHistory, { persistence, access }, ({ persistence, access }) => {
    return new ReadHistory({ log: persistence.log, access });
  });
  provide(options, TOKENS.readEvents, { persistence, access }, ({ persistence, access }) => {
    return new ReadEvents({ log: persistence.log, access });
  });
  provide(options, TOKENS.syncRooms, { persistence }, ({ persistence }) => new SyncRooms(persistence));
  provide(
    options,
    markReceipts,
    { persistence, access, feed, broadcaster, clock },
    ({ persistence, ...rest }) => new MarkReceipts({ ...rest, log: persistence.log, receipts: persistence.receipts }),
  );
  provide(options, TOKENS.markUnread, { persistence, access }, ({ persistence: { receipts }, access }) => {
    return new MarkUnread({ receipts, access });
  });
  provide(options, TOKENS.listReceipts, { persistence, access }, ({ persistence: { log, members }, access }) => {
    return new ListReceipts({ log, members, access });
  });
  provide(options, TOKENS.markRead, { persistence, access, markReceipts }, ({ persistence, ...rest }) => {
    return new MarkRead({ ...rest, log: persistence.log });
  });
  provide(options, TOKENS.indicateTyping, { access, typing, clock }, (deps) => new IndicateTyping(deps));
  provide(options, TOKENS.watchPresence, { broadcaster }, (deps) => new WatchPresence(deps));
  provide(options, trackPresence, { presence, announcer, typing }, (deps) => new TrackPresence(deps));
  provide(
    options,
    TOKENS.connectDevice,
    { persistence, broadcaster, feed },
    ({ persistence, ...rest }) => new ConnectDevice({ ...rest, members: persistence.members }),
  );
});
