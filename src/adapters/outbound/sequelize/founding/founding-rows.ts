/** Times stay the text that the source gave, so that none of its digits is lost where they are compared again. */
export interface FoundingUser {
  readonly id: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly passwordHash: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string | null;
}

export interface FoundingRoom {
  readonly id: string;
  readonly name: string | null;
  readonly isPrivate: string | number | boolean | null;
  readonly inviteCode: string | null;
  readonly ownerId: string | null;
  readonly createdAt: string;
}

export interface FoundingJoin {
  readonly roomId: string;
  readonly userId: string;
  readonly role: string | null;
  readonly joinedAt: string;
}

export interface FoundingMessage {
  readonly id: string;
  readonly roomId: string;
  readonly senderId: string | null;
  readonly content: string | null;
  readonly createdAt: string;
}

/** The newest message of a room that was delivered to a user, and the newest that the user has read. */
export interface FoundingMarks {
  readonly roomId: string;
  readonly userId: string;
  readonly deliveredId: string | null;
  readonly readId: string | null;
}

export interface RoomCounts {
  readonly messages: number;
  readonly members: number;
}

export type FoundingCounts = Readonly<Record<'users' | 'rooms' | 'members' | 'messages', number>>;
