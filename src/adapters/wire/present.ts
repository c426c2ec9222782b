import type * as z from 'zod';
import type { SignedIn } from '../../application/auth/session-issuer.ts';
import type * as ports from '../../application/ports/index.ts';
import type { EventsPage } from '../../application/use-cases/read-events.ts';
import type { SyncResult } from '../../application/use-cases/sync-rooms.ts';
import type { InviteUseView } from '../../application/use-cases/manage-invites.ts';
import type { InvitePreview } from '../../application/use-cases/preview-invite.ts';
import type { MemberView, RoomSnapshot } from '../../application/use-cases/view-room.ts';
import type { UserProfile } from '../../application/use-cases/view-user.ts';
import type * as accounts from '../../contract/schemas/accounts.ts';
import type * as live from '../../contract/schemas/live.ts';
import type * as messages from '../../contract/schemas/messages.ts';
import type * as moderation from '../../contract/schemas/moderation.ts';
import type * as rooms from '../../contract/schemas/rooms.ts';
import type { Invite } from '../../domain/room/invite.ts';
import type { Role } from '../../domain/room/member.ts';
import { isMessage, type MessageEntry, type RoomChangeEntry, type RoomEntry } from '../../domain/room/room-entry.ts';
import type { MessageLimit, Room, RoomSettings } from '../../domain/room/room.ts';
import type { Sanction } from '../../domain/room/sanction.ts';
import type { Session, SessionId } from '../../domain/session/session.ts';

/** From the application to the contract, field by field: what is not named here never leaves the server. */

type Wire<S extends z.ZodType> = z.output<S>;

let lastMs = 0;
let lastIso = '';

/** Messages of one batch share their millisecond more often than not. */
function iso(ms: number): string {
  if (ms !== lastMs || lastIso === '') {
    lastIso = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastIso;
}

const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));

/** On the hottest path: no copies but the one that is sent. */
export function presentMessage(entry: MessageEntry): Wire<typeof messages.Message> {
  const { id, roomId, seq, actorId, content, clientMessageId, createdAtMs, erasedAtMs } = entry;
  if (erasedAtMs !== undefined) return presentTombstone(entry, erasedAtMs);
  return clientMessageId === null
    ? { id, roomId, seq, userId: actorId, content, createdAt: iso(createdAtMs) }
    : { id, roomId, seq, userId: actorId, content, clientMessageId, createdAt: iso(createdAtMs) };
}

function presentTombstone(entry: MessageEntry, erasedAtMs: number): Wire<typeof messages.Message> {
  const { erasedAtMs: _, ...message } = entry;
  return { ...presentMessage(message), content: '', erasedAt: iso(erasedAtMs) };
}

export function presentSent({ entry, deduplicated }: ports.Appended): Wire<typeof messages.Sent> {
  return { id: entry.id, seq: entry.seq, createdAt: iso(entry.createdAtMs), deduplicated };
}

export function presentRoomEvent(entry: RoomChangeEntry): Wire<typeof messages.RoomEvent> {
  const { id, roomId, seq, actorId } = entry;
  const place = { id, roomId, seq, actorId, createdAt: iso(entry.createdAtMs) };
  switch (entry.type) {
    case 'room_created':
      return { type: entry.type, ...place, name: entry.name, isPrivate: entry.isPrivate };
    case 'member_joined':
      return { type: entry.type, ...place, userId: entry.userId, username: entry.username, role: entry.role };
    case 'member_left':
    case 'member_removed':
    case 'ban_lifted':
    case 'mute_lifted':
      return { type: entry.type, ...place, userId: entry.userId };
    case 'role_changed':
      return { type: entry.type, ...place, userId: entry.userId, role: entry.role };
    case 'member_banned':
    case 'member_muted': {
      const { type, userId, reason, expiresAtMs } = entry;
      return { type, ...place, userId, reason, expiresAt: isoOrNull(expiresAtMs) };
    }
    case 'messages_erased': {
      const { type, userId, fromSeq, toSeq } = entry;
      return { type, ...place, userId, fromSeq, toSeq };
    }
    case 'room_updated':
      return { type: entry.type, ...place, ...presentChange(entry) };
  }
}

/** Named is only what is there. */
function presentChange({ name, slowModeSeconds, readOnly, messageLimit }: Partial<Pick<Room, 'name'> & RoomSettings>) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(slowModeSeconds === undefined ? {} : { slowModeSeconds }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(messageLimit === undefined ? {} : { messageLimit: presentLimit(messageLimit) }),
  };
}

const presentLimit = (limit: MessageLimit | null) =>
  limit && { messages: limit.messages, perSeconds: limit.perSeconds };

export function presentEntry(entry: RoomEntry): Wire<typeof messages.LogEvent> {
  return isMessage(entry) ? { type: 'message', ...presentMessage(entry) } : presentRoomEvent(entry);
}

export function presentEvents({ roomId, events, headSeq, complete }: EventsPage): Wire<typeof messages.EventsPage> {
  return { roomId, events: events.map(presentEntry), headSeq, complete };
}

export function presentSync({ rooms: pages, gone, complete }: SyncResult): Wire<typeof messages.SyncReply> {
  return { rooms: pages.map(presentEvents), gone: [...gone], complete };
}

export function presentRoom(
  room: Room,
  { role, memberCount }: { readonly role?: Role; readonly memberCount?: number } = {},
): Wire<typeof rooms.Room> {
  const { id, name, isPrivate, createdBy } = room;
  const { slowModeSeconds, readOnly, messageLimit } = room.settings;
  return {
    id,
    name,
    isPrivate,
    createdBy,
    createdAt: iso(room.createdAtMs),
    slowModeSeconds,
    readOnly,
    messageLimit: presentLimit(messageLimit),
    ...(role === undefined ? {} : { role }),
    ...(memberCount === undefined ? {} : { memberCount }),
  };
}

export function presentSummary(summary: ports.RoomSummary): Wire<typeof rooms.RoomSummary> {
  const { room, role, memberCount, headSeq, readSeq, deliveredSeq, unreadCount, lastMessage } = summary;
  return {
    id: room.id,
    name: room.name,
    isPrivate: room.isPrivate,
    role,
    memberCount,
    lastSeq: headSeq,
    readSeq,
    deliveredSeq,
    unreadCount,
    lastMessage: lastMessage && presentMessage(lastMessage),
  };
}

export function presentMember(member: MemberView): Wire<typeof rooms.Member> {
  const { userId, username, role, online, deliveredSeq, readSeq } = member;
  return { userId, username, role, online, lastSeen: isoOrNull(member.lastSeenAtMs), deliveredSeq, readSeq };
}

export function presentSnapshot(snapshot: RoomSnapshot): Wire<typeof rooms.RoomSnapshot> {
  const { room, role, memberCount, headSeq, members, membersComplete } = snapshot;
  return {
    room: presentRoom(room, { role, memberCount }),
    headSeq,
    members: members.map(presentMember),
    membersComplete,
  };
}

export function presentInvite(invite: Invite, code?: string): Wire<typeof rooms.Invite> {
  const { id, createdBy, maxUses, uses } = invite;
  return {
    id,
    ...(code === undefined ? {} : { code }),
    createdBy,
    createdAt: iso(invite.createdAtMs),
    expiresAt: isoOrNull(invite.expiresAtMs),
    maxUses,
    uses,
  };
}

export function presentInviteUse({ userId, username, usedAtMs }: InviteUseView) {
  return { userId, username, usedAt: iso(usedAtMs) };
}

export function presentInvitePreview(preview: InvitePreview): Wire<typeof rooms.InvitePreview> {
  const { room, memberCount, invitedBy } = preview;
  const { id, name, isPrivate } = room;
  return {
    room: { id, name, isPrivate, memberCount },
    invitedBy: invitedBy && { userId: invitedBy.id, username: invitedBy.username },
    expiresAt: isoOrNull(preview.expiresAtMs),
  };
}

export function presentSanction(sanction: Sanction): Wire<typeof moderation.Sanction> {
  const { userId, imposedBy, reason, createdAtMs, expiresAtMs } = sanction;
  return { userId, imposedBy, reason, createdAt: iso(createdAtMs), expiresAt: isoOrNull(expiresAtMs) };
}

export function presentSignedIn(signedIn: SignedIn): Wire<typeof accounts.SignedIn> {
  const { token, refreshToken, expiresInSeconds, user } = signedIn;
  const { id, email, username } = user;
  return { token, refreshToken, expiresIn: expiresInSeconds, user: { id, email, username } };
}

export function presentSession(session: Session, currentId: SessionId): Wire<typeof accounts.Session> {
  return {
    id: session.id,
    createdAt: iso(session.createdAtMs),
    lastUsedAt: iso(session.usedAtMs),
    expiresAt: iso(session.expiresAtMs),
    userAgent: session.userAgent,
    current: session.id === currentId,
  };
}

export function presentUser({ user, online }: UserProfile): Wire<typeof accounts.PublicProfile> {
  return { id: user.id, username: user.username, online, lastSeen: isoOrNull(user.lastSeenAtMs) };
}

export function presentPresence({ userId, online, lastSeenAtMs }: ports.PresenceChange): Wire<typeof live.UserStatus> {
  return { userId, online, lastSeen: isoOrNull(lastSeenAtMs) };
}

export function presentReceipt(
  change: ports.ReceiptChange,
): Wire<typeof live.ReadReceipt> | Wire<typeof live.DeliveryReceipt> {
  const { kind, messageId, roomId, seq, userId } = change;
  const at = iso(change.atMs);
  return kind === 'read'
    ? { messageId, roomId, seq, userId, readAt: at }
    : { messageId, roomId, seq, userId, deliveredAt: at };
}
