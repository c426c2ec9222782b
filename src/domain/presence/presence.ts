export type PresenceStatus = 'online' | 'offline';

/**
 * In a room with more live connections than this on a node, a change of presence is told only to those that watch the
 * person: each to all would be as many packets as there are pairs.
 */
export const PUSHED_LISTENERS_MAX = 500;

/** The devices of one user. Two tabs are two connections; the person is online while one of them is left. */
export interface Presence {
  readonly connections: ReadonlySet<string>;
  readonly lastSeenAtMs: number | null;
}

export type PresenceFact =
  | { readonly type: 'connected'; readonly connectionId: string; readonly atMs: number }
  | { readonly type: 'disconnected'; readonly connectionId: string; readonly atMs: number };

export const NEVER_SEEN: Presence = { connections: new Set(), lastSeenAtMs: null };

export const statusOf = (presence: Presence): PresenceStatus => (presence.connections.size > 0 ? 'online' : 'offline');

/** Pure: (state, fact) to (state, edge). The edge is set only when the visible status flipped. */
export function step(before: Presence, fact: PresenceFact): { after: Presence; edge: PresenceStatus | null } {
  const connections = new Set(before.connections);
  if (fact.type === 'connected') connections.add(fact.connectionId);
  else connections.delete(fact.connectionId);
  const wasOnline = before.connections.size > 0;
  const isOnline = connections.size > 0;
  const lastSeenAtMs = wasOnline && !isOnline ? fact.atMs : before.lastSeenAtMs;
  return {
    after: { connections, lastSeenAtMs },
    edge: wasOnline === isOnline ? null : isOnline ? 'online' : 'offline',
  };
}
