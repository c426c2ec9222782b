import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import * as present from '../../../src/adapters/wire/present.ts';
import * as accounts from '../../../src/contract/schemas/accounts.ts';
import * as live from '../../../src/contract/schemas/live.ts';
import * as messages from '../../../src/contract/schemas/messages.ts';
import * as moderation from '../../../src/contract/schemas/moderation.ts';
import * as rooms from '../../../src/contract/schemas/rooms.ts';
import type { RoomChange, RoomChangeEntry } from '../../../src/domain/room/room-entry.ts';
import {
  aChangeDraft,
  aMember,
  aMessageEntry,
  aMessageId,
  anInvite,
  aRoom,
  aRoomId,
  aSanction,
  aSession,
  aTimeMs,
  aUser,
  aUserId,
} from '../../support/builders.ts';

const SECRET = 'POISON';

/** What a store or a later version of the domain might add: none of it may leave by itself. */
function poisoned<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => poisoned(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, poisoned(item) as unknown]);
  return { ...Object.fromEntries(entries), secret: SECRET, toJSON: undefined } as T;
}

const aChange = (change: RoomChange): RoomChangeEntry => ({ ...aChangeDraft({}, change), seq: 2 });
const CHANGES: readonly RoomChangeEntry[] = [
  aChange({ type: 'room_created', name: 'general', isPrivate: true }),
  aChange({ type: 'member_joined', userId: aUserId(), username: 'alice', role: 'owner' }),
  aChange({ type: 'member_left', userId: aUserId() }),
  aChange({ type: 'member_removed', userId: aUserId() }),
  aChange({ type: 'role_changed', userId: aUserId(), role: 'admin' }),
  aChange({ type: 'member_banned', userId: aUserId(), reason: 'spam', expiresAtMs: aTimeMs() }),
  aChange({ type: 'ban_lifted', userId: aUserId() }),
  aChange({ type: 'member_muted', userId: aUserId(), reason: null, expiresAtMs: null }),
  aChange({ type: 'mute_lifted', userId: aUserId() }),
  aChange({ type: 'messages_erased', userId: aUserId(), fromSeq: 3, toSeq: 9 }),
  aChange({ type: 'messages_erased', userId: null, fromSeq: 3, toSeq: 9 }),
  aChange({ type: 'room_updated', name: 'general' }),
  aChange({
    type: 'room_updated',
    slowModeSeconds: 5,
    readOnly: true,
    messageLimit: { messages: 1, perSeconds: 2 },
  }),
  aChange({ type: 'room_updated', messageLimit: null }),
];
const anonymous = aMessageEntry({ clientMessageId: null });
const named = aMessageEntry({ clientMessageId: 'c-1' });
const erased = { ...named, content: SECRET, erasedAtMs: aTimeMs() };
const room = aRoom({ inviteCode: SECRET });
const member = { ...aMember(), username: 'alice', online: true, lastSeenAtMs: aTimeMs() };
const page = { roomId: aRoomId(), events: [anonymous, named, ...CHANGES], headSeq: 9, complete: false };
const user = aUser({ passwordHash: SECRET });
const receipt = { roomId: aRoomId(), userId: aUserId(), seq: 3, messageId: aMessageId(), atMs: aTimeMs() };
const summary = {
  room,
  role: 'owner' as const,
  memberCount: 2,
  headSeq: 5,
  readSeq: 3,
  deliveredSeq: 4,
  unreadCount: 1,
  lastMessage: named,
};
const signedIn = { token: 'a', refreshToken: 'b', expiresInSeconds: 60, expiresAtMs: aTimeMs(), user };
const snapshot = { room, role: 'owner' as const, memberCount: 1, headSeq: 5, members: [member], membersComplete: true };
const session = aSession({ refreshDigest: SECRET });
const invite = anInvite({ codeDigest: SECRET });

const CASES: readonly { readonly name: string; readonly schema: z.ZodType; readonly present: () => unknown }[] = [
  { name: 'a message', schema: messages.Message, present: () => present.presentMessage(poisoned(named)) },
  { name: 'a message without its text', schema: messages.Message, present: () => present.presentMessage(erased) },
  {
    name: 'a message without a name',
    schema: messages.Message,
    present: () => present.presentMessage(poisoned(anonymous)),
  },
  {
    name: 'the ack of a message',
    schema: messages.Sent,
    present: () => present.presentSent(poisoned({ entry: named, deduplicated: true })),
  },
  ...CHANGES.flatMap((change) => [
    {
      name: `${change.type} as an event`,
      schema: messages.RoomEvent,
      present: () => present.presentRoomEvent(poisoned(change)),
    },
    {
      name: `${change.type} as an entry`,
      schema: messages.LogEvent,
      present: () => present.presentEntry(poisoned(change)),
    },
  ]),
  {
    name: 'a message as an entry',
    schema: messages.LogEvent,
    present: () => present.presentEntry(poisoned(named)),
  },
  {
    name: 'a page of the log',
    schema: messages.EventsPage,
    present: () => present.presentEvents(poisoned(page)),
  },
  {
    name: 'a sync',
    schema: messages.SyncReply,
    present: () => present.presentSync(poisoned({ rooms: [page], gone: [aRoomId()], complete: true })),
  },
  { name: 'a room', schema: rooms.Room, present: () => present.presentRoom(poisoned(room)) },
  {
    name: 'a room of the caller',
    schema: rooms.Room,
    present: () => present.presentRoom(poisoned(room), poisoned({ role: 'admin' as const, memberCount: 2 })),
  },
  { name: 'a summary', schema: rooms.RoomSummary, present: () => present.presentSummary(poisoned(summary)) },
  {
    name: 'a summary of a silent room',
    schema: rooms.RoomSummary,
    present: () => present.presentSummary(poisoned({ ...summary, lastMessage: null })),
  },
  { name: 'a member', schema: rooms.Member, present: () => present.presentMember(poisoned(member)) },
  { name: 'a snapshot', schema: rooms.RoomSnapshot, present: () => present.presentSnapshot(poisoned(snapshot)) },
  {
    name: 'a use of an invite',
    schema: rooms.InviteUsesPage.shape.uses.element,
    present: () => present.presentInviteUse(poisoned({ userId: aUserId(), username: 'bob', usedAtMs: aTimeMs() })),
  },
  {
    name: 'a preview of an invite',
    schema: rooms.InvitePreview,
    present: () =>
      present.presentInvitePreview(poisoned({ room, memberCount: 2, invitedBy: user, expiresAtMs: aTimeMs() })),
  },
  {
    name: 'a sanction',
    schema: moderation.Sanction,
    present: () => present.presentSanction(poisoned(aSanction({ reason: 'spam', expiresAtMs: aTimeMs() }))),
  },
  { name: 'an invite', schema: rooms.Invite, present: () => present.presentInvite(poisoned(invite)) },
  {
    name: 'a new invite',
    schema: rooms.Invite,
    present: () => present.presentInvite(poisoned({ ...invite, expiresAtMs: aTimeMs(), maxUses: 3 }), 'the-code'),
  },
  {
    name: 'a sign-in',
    schema: accounts.SignedIn,
    present: () => present.presentSignedIn(poisoned(signedIn)),
  },
  {
    name: 'a session',
    schema: accounts.Session,
    present: () => present.presentSession(poisoned(session), session.id),
  },
  {
    name: 'a profile',
    schema: accounts.PublicProfile,
    present: () => present.presentUser(poisoned({ user: { ...user, email: SECRET }, online: true })),
  },
  {
    name: 'a presence',
    schema: live.UserStatus,
    present: () => present.presentPresence(poisoned({ userId: aUserId(), online: true, lastSeenAtMs: null })),
  },
  {
    name: 'a read receipt',
    schema: live.ReadReceipt,
    present: () => present.presentReceipt(poisoned({ ...receipt, kind: 'read' as const })),
  },
  {
    name: 'a delivery receipt',
    schema: live.DeliveryReceipt,
    present: () => present.presentReceipt(poisoned({ ...receipt, kind: 'delivered' as const })),
  },
];

describe.each(CASES)('$name', ({ schema, present: presented }) => {
  it('fits the contract, field by field', () => {
    const reply = presented();
    // The models of replies drop what they do not name: equal means that nothing was dropped.
    expect(schema.parse(reply)).toStrictEqual(reply);
  });

  it('takes nothing along that is not named', () => {
    expect(JSON.stringify(presented())).not.toContain(SECRET);
  });

  it('is the same after a way through JSON', () => {
    const reply = presented();
    expect(JSON.parse(JSON.stringify(reply))).toStrictEqual(reply);
  });
});

it('has a case for every presenter', () => {
  const used = CASES.map(({ present: presented }) => String(presented)).join('\n');
  expect(Object.keys(present).filter((presenter) => !new RegExp(`\\b${presenter}\\b`).test(used))).toEqual([]);
});

it('leaves clientMessageId out when there was none', () => {
  expect(present.presentMessage(anonymous)).not.toHaveProperty('clientMessageId');
  expect(present.presentMessage(named)).toHaveProperty('clientMessageId', 'c-1');
});

it('shows the code of an invite only when it is given', () => {
  expect(present.presentInvite(invite)).not.toHaveProperty('code');
  expect(present.presentInvite(invite, 'the-code')).toHaveProperty('code', 'the-code');
});

it('says of a session whether it is the one that asks', () => {
  expect(present.presentSession(session, session.id).current).toBe(true);
  expect(present.presentSession(session, aSession().id).current).toBe(false);
});

it.each([0, 1, 999, 1_700_000_000_123, 4_102_444_800_000])(
  'writes %i ms as ISO-8601 with milliseconds, whatever came before',
  (createdAtMs) => {
    for (const other of [createdAtMs + 1, createdAtMs, 0, createdAtMs]) {
      const { createdAt } = present.presentMessage(aMessageEntry({ createdAtMs: other }));
      expect(createdAt).toBe(new Date(other).toISOString());
    }
  },
);
