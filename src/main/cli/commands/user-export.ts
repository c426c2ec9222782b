import type { UserExport } from '../../../application/use-cases/export-user.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/**
 * The lines of an export, each an object that says by `record` what it is. Field by field: no hash of a password, no
 * token or digest of one, and nothing that others wrote.
 */
export async function* linesOf({ user, records, roomNames, messages }: UserExport): AsyncGenerator<object[]> {
  const { id, email, username, createdAtMs, lastSeenAtMs, disabledAtMs, erasedAtMs } = user;
  const times = { createdAt: iso(createdAtMs), lastSeen: isoOrNull(lastSeenAtMs), disabledAt: isoOrNull(disabledAtMs) };
  yield [{ record: 'profile', id, email, username, ...times, erasedAt: isoOrNull(erasedAtMs) }];
  yield* recordLines(records, roomNames);
  for await (const { room, messages: some } of messages) {
    yield some.map(({ id, seq, content, clientMessageId, createdAtMs }) => {
      const place = { record: 'message', id, roomId: room.id, roomName: room.name, seq, createdAt: iso(createdAtMs) };
      return { ...place, content, clientMessageId };
    });
  }
}

function* recordLines(records: UserExport['records'], roomNames: UserExport['roomNames']): Generator<object[]> {
  const { identities, sessions, memberships, sanctions, invites } = records;
  yield identities.map(({ issuer, subject, createdAtMs }) => {
    return { record: 'identity', issuer, subject, createdAt: iso(createdAtMs) };
  });
  yield sessions.map(({ id, createdAtMs, usedAtMs, expiresAtMs, endedAtMs, userAgent }) => {
    const times = { createdAt: iso(createdAtMs), usedAt: iso(usedAtMs), expiresAt: iso(expiresAtMs) };
    return { record: 'session', id, ...times, endedAt: isoOrNull(endedAtMs), userAgent };
  });
  // Receipts are the two watermarks of a membership.
  yield memberships.map(({ roomId, role, joinedAtMs, deliveredSeq, readSeq }) => {
    const roomName = roomNames.get(roomId) ?? null;
    return { record: 'membership', roomId, roomName, role, joinedAt: iso(joinedAtMs), deliveredSeq, readSeq };
  });
  yield sanctions.map(({ roomId, kind, imposedBy, reason, createdAtMs, expiresAtMs }) => {
    const times = { createdAt: iso(createdAtMs), expiresAt: isoOrNull(expiresAtMs) };
    return { record: 'sanction', roomId, kind, imposedBy, reason, ...times };
  });
  yield invites.map(({ id, roomId, createdAtMs, expiresAtMs, maxUses, uses, revokedAtMs }) => {
    const times = { createdAt: iso(createdAtMs), expiresAt: isoOrNull(expiresAtMs), revokedAt: isoOrNull(revokedAtMs) };
    return { record: 'invite', id, roomId, ...times, maxUses, uses };
  });
}
