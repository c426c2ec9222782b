import { accountHandlers, type AccountUseCases } from './account-handlers.ts';
import { messageHandlers, type MessageUseCases } from './message-handlers.ts';
import { moderationHandlers, type ModerationUseCases } from './moderation-handlers.ts';
import { roomHandlers, type RoomUseCases } from './room-handlers.ts';
import type { HttpHandlers } from './mount-contract.ts';

export type HttpUseCases = AccountUseCases & RoomUseCases & ModerationUseCases & MessageUseCases & SystemChecks;

export interface SystemChecks {
  /** Rejects when the database does not answer. */
  readonly ping: () => Promise<void>;
  /** Null when none is used. */
  readonly redis: () => 'up' | 'down' | null;
  readonly draining: () => boolean;
  readonly uptimeSeconds: () => number;
}

export function httpHandlers(useCases: HttpUseCases): HttpHandlers {
  return {
    ...accountHandlers(useCases),
    ...roomHandlers(useCases),
    ...moderationHandlers(useCases),
    ...messageHandlers(useCases),

    // While the process lives; whether its database does is asked at /ready.
    health: async () => ({ body: { ok: true, uptimeSeconds: useCases.uptimeSeconds() } }),

    ready: async () => {
      const draining = useCases.draining();
      const database = await useCases.ping().then(
        () => 'up' as const,
        () => 'down' as const,
      );
      const redis = useCases.redis();
      const ok = database === 'up' && !draining;
      return { status: ok ? 200 : 503, body: { ok, draining, checks: { database, ...(redis ? { redis } : {}) } } };
    },
  };
}
