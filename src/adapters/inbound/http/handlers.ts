import { accountHandlers, type AccountUseCases } from './account-handlers.ts';
import { messageHandlers, type MessageUseCases } from './message-handlers.ts';
import { moderationHandlers, type ModerationUseCases } from './moderation-handlers.ts';
import { roomHandlers, type RoomUseCases } from './room-handlers.ts';
import type { HttpHandlers } from './mount-contract.ts';
import type { ReadinessCheck } from './readiness.ts';

export type HttpUseCases = AccountUseCases & RoomUseCases & ModerationUseCases & MessageUseCases & SystemChecks;

export interface SystemChecks {
  readonly readiness: ReadinessCheck;
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
      const readiness = await useCases.readiness.execute();
      return { status: readiness.ok ? 200 : 503, body: { ...readiness, reasons: [...readiness.reasons] } };
    },
  };
}
