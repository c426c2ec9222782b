import * as z from 'zod';
import { AfterSeq, Cursor, Id, Limit, Timestamp } from './common.ts';
import { Message, RoleName, settings } from './messages.ts';

const InviteCode = z.string().regex(/^[\w-]{1,128}$/, 'is not an invite code');

export const CreateRoomBody = z.strictObject({ name: z.string().min(1).max(512), isPrivate: z.boolean().optional() });

export const JoinPayload = z
  .strictObject({ roomId: Id.optional(), inviteCode: InviteCode.optional() })
  .refine(({ roomId, inviteCode }) => roomId !== undefined || inviteCode !== undefined, {
    message: 'give roomId, inviteCode or both',
  });

export const Room = z.object({
  id: Id,
  name: z.string(),
  isPrivate: z.boolean(),
  createdBy: Id,
  createdAt: Timestamp,
  ...settings,
  role: RoleName.optional().describe("The caller's, where the caller is a member."),
  memberCount: z.int().optional(),
});

export const RoomSummary = z.object({
  id: Id,
  name: z.string(),
  isPrivate: z.boolean(),
  role: RoleName,
  memberCount: z.int(),
  lastSeq: AfterSeq,
  readSeq: AfterSeq,
  deliveredSeq: AfterSeq,
  unreadCount: z.int().nonnegative().describe('Messages of others above readSeq.'),
  lastMessage: Message.nullable(),
});

export const Member = z.object({
  userId: Id,
  username: z.string(),
  role: RoleName,
  online: z.boolean(),
  lastSeen: Timestamp.nullable(),
  deliveredSeq: AfterSeq,
  readSeq: AfterSeq,
});

/** The room at one moment, and that moment's place in its log. */
export const RoomSnapshot = z.object({
  room: Room,
  headSeq: AfterSeq.describe('The place of the snapshot in the log: apply every event above it.'),
  members: z.array(Member),
  membersComplete: z.boolean().describe('False when the room has more members than a snapshot names.'),
});

export const RoomParams = z.strictObject({ roomId: Id });
export const RoomPayload = z.strictObject({ roomId: Id });
export const PublicRoomsQuery = z.strictObject({
  query: z.string().max(120).optional(),
  cursor: Id.optional(),
  limit: Limit,
});
export const MembersQuery = z.strictObject({ cursor: Id.optional(), limit: Limit });
export const RoomsPage = z.object({ rooms: z.array(Room), hasMore: z.boolean(), nextCursor: Cursor.nullable() });
export const MembersPage = z.object({ members: z.array(Member), hasMore: z.boolean(), nextCursor: Cursor.nullable() });

export const YEAR_SECONDS = 366 * 24 * 60 * 60;

export const CreateInviteBody = z.strictObject({
  expiresInSeconds: z.int().min(1).max(YEAR_SECONDS).optional(),
  maxUses: z.int().min(1).max(1_000_000).optional(),
});

export const Invite = z.object({
  id: Id,
  code: z.string().optional().describe('Only in the answer to its creation.'),
  createdBy: Id,
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
  maxUses: z.int().nullable(),
  uses: z.int(),
});

export const InvitePayload = z.strictObject({ inviteCode: InviteCode });
export const InviteParams = z.strictObject({ roomId: Id, inviteId: Id });

export const InvitePreview = z.object({
  room: z.object({ id: Id, name: z.string(), isPrivate: z.boolean(), memberCount: z.int() }),
  invitedBy: z.object({ userId: Id, username: z.string() }).nullable().describe("Null for the room's own code."),
  expiresAt: Timestamp.nullable(),
});

export const InviteUsesPage = z.object({
  uses: z.array(z.object({ userId: Id, username: z.string(), usedAt: Timestamp })),
  hasMore: z.boolean(),
  nextCursor: Cursor.nullable(),
});
