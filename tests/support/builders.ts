import type { ChangeDraft, MessageDraft } from '../../src/application/ports/index.ts';
import type { MessageId } from '../../src/domain/message/message.ts';
import type { Invite, InviteId } from '../../src/domain/room/invite.ts';
import type { Member } from '../../src/domain/room/member.ts';
import type { MessageEntry, RoomChange } from '../../src/domain/room/room-entry.ts';
import { DEFAULT_SETTINGS, type Room, type RoomId } from '../../src/domain/room/room.ts';
import type { Sanction } from '../../src/domain/room/sanction.ts';
import type { Session, SessionId } from '../../src/domain/session/session.ts';
import type { User, UserId } from '../../src/domain/user/user.ts';
import { secretOf, type Webhook, type WebhookId } from '../../src/domain/webhook/webhook.ts';

// Valid by default, unique by construction; a test names only the fields it is about. What is built later has a larger
// id and a later time, as in production.
const BASE_MS = 1_700_000_000_123;
const DAY_MS = 24 * 60 * 60 * 1_000;

let built = 0;
const next = (): number => (built += 1);

export function aUuid(): string {
  return `018bcfe5-687b-7000-8000-${next().toString(16).padStart(12, '0')}`;
}

export const aUserId = (): UserId => aUuid() as UserId;
export const aRoomId = (): RoomId => aUuid() as RoomId;
export const aMessageId = (): MessageId => aUuid() as MessageId;
export const aSessionId = (): SessionId => aUuid() as SessionId;
export const anInviteId = (): InviteId => aUuid() as InviteId;

/** Later than every time before it. */
export const aTimeMs = (): number => BASE_MS + next();

/** As long as a SHA-256 in hex. */
export const aDigest = (): string => next().toString(16).padStart(64, 'd');

/** As long as 256 bits in base64url. */
export const aSecret = (): string => next().toString(36).padStart(43, 'S');

export function aUser(overrides: Partial<User> = {}): User {
  const n = next();
  return {
    id: aUserId(),
    email: `user-${n}@example.org`,
    username: `user ${n}`,
    passwordHash: `$2b$12$${'h'.repeat(53)}`,
    createdAtMs: aTimeMs(),
    lastSeenAtMs: null,
    disabledAtMs: null,
    erasedAtMs: null,
    ...overrides,
  };
}

export function aSession(overrides: Partial<Session> = {}): Session {
  const createdAtMs = overrides.createdAtMs ?? aTimeMs();
  return {
    id: aSessionId(),
    userId: aUserId(),
    refreshDigest: aDigest(),
    createdAtMs,
    usedAtMs: createdAtMs,
    expiresAtMs: createdAtMs + 30 * DAY_MS,
    endedAtMs: null,
    userAgent: 'Parley test',
    ...overrides,
  };
}

export function aRoom(overrides: Partial<Room> = {}): Room {
  return {
    id: aRoomId(),
    name: `Room ${next()}`,
    isPrivate: false,
    inviteCode: aSecret(),
    createdBy: aUserId(),
    createdAtMs: aTimeMs(),
    settings: DEFAULT_SETTINGS,
    ...overrides,
  };
}

/** A mute without an end. */
export function aSanction(overrides: Partial<Sanction> = {}): Sanction {
  return {
    roomId: aRoomId(),
    userId: aUserId(),
    kind: 'mute',
    imposedBy: aUserId(),
    reason: null,
    createdAtMs: aTimeMs(),
    expiresAtMs: null,
    ...overrides,
  };
}

export function aMember(overrides: Partial<Member> = {}): Member {
  return {
    roomId: aRoomId(),
    userId: aUserId(),
    role: 'member',
    joinedAtMs: aTimeMs(),
    deliveredSeq: 0,
    readSeq: 0,
    ...overrides,
  };
}

export function anInvite(overrides: Partial<Invite> = {}): Invite {
  return {
    id: anInviteId(),
    roomId: aRoomId(),
    codeDigest: aDigest(),
    createdBy: aUserId(),
    createdAtMs: aTimeMs(),
    expiresAtMs: null,
    maxUses: null,
    uses: 0,
    revokedAtMs: null,
    ...overrides,
  };
}

export function aMessageDraft(overrides: Partial<MessageDraft> = {}): MessageDraft {
  const n = next();
  return {
    id: aMessageId(),
    roomId: aRoomId(),
    senderId: aUserId(),
    content: `message ${n}`,
    clientMessageId: `client-${n}`,
    createdAtMs: aTimeMs(),
    ...overrides,
  };
}

/** The entry that the log makes of a draft. */
export function aMessageEntry({ seq = 1, ...overrides }: Partial<MessageDraft> & { seq?: number } = {}): MessageEntry {
  const { senderId, ...draft } = aMessageDraft(overrides);
  return { ...draft, type: 'message', seq, actorId: senderId };
}

type ChangeOverrides = Partial<Pick<ChangeDraft, 'id' | 'roomId' | 'actorId' | 'createdAtMs'>>;

/** Without a change of its own: its actor leaves the room. */
export function aChangeDraft(overrides: ChangeOverrides = {}, change?: RoomChange): ChangeDraft {
  const position = {
    id: aMessageId(),
    roomId: aRoomId(),
    actorId: aUserId(),
    createdAtMs: aTimeMs(),
    ...overrides,
  };
  return { ...position, ...(change ?? { type: 'member_left', userId: position.actorId }) };
}

/** Of every event, and working. */
export function aWebhook(overrides: Partial<Webhook> = {}): Webhook {
  return {
    id: aUuid() as WebhookId,
    url: 'https://consumer.example/hook',
    secret: secretOf(aSecret()),
    previousSecret: null,
    previousUntilMs: null,
    events: null,
    createdAtMs: aTimeMs(),
    disabledAtMs: null,
    disabledReason: null,
    failingSinceMs: null,
    ...overrides,
  };
}
