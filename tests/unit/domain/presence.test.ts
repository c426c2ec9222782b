import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  NEVER_SEEN,
  statusOf,
  step,
  type Presence,
  type PresenceStatus,
} from '../../../src/domain/presence/presence.ts';

const facts = fc.array(
  fc.record({
    type: fc.constantFrom('connected' as const, 'disconnected' as const),
    connectionId: fc.constantFrom('phone', 'tab-1', 'tab-2'),
  }),
  { maxLength: 60 },
);

it('edges alternate, and the status is the last edge: any number of devices is one person', () => {
  fc.assert(
    fc.property(facts, (history) => {
      let presence: Presence = NEVER_SEEN;
      let status: PresenceStatus = 'offline';
      const open = new Set<string>();
      for (const [atMs, fact] of history.entries()) {
        const { after, edge } = step(presence, { ...fact, atMs });
        if (fact.type === 'connected') open.add(fact.connectionId);
        else open.delete(fact.connectionId);
        if (edge) {
          expect(edge).not.toBe(status);
          status = edge;
          if (edge === 'offline') expect(after.lastSeenAtMs).toBe(atMs);
        }
        presence = after;
        expect(statusOf(presence)).toBe(status);
        expect(status).toBe(open.size > 0 ? 'online' : 'offline');
      }
    }),
  );
});
