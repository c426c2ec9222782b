import type { Sequelize } from 'sequelize';
import { defineIdentities, type IdentityRow } from './identity-model.ts';
import { defineInvites, type InviteRow } from './invite-model.ts';
import { defineInviteUses, type InviteUseRow } from './invite-use-model.ts';
import { defineMembers, type MemberRow } from './member-model.ts';
import { defineRooms, type RoomRow } from './room-model.ts';
import { defineSanctions, type SanctionRow } from './sanction-model.ts';
import { defineSessions, type SessionRow } from './session-model.ts';
import type { RowModel } from './stored-row.ts';
import { defineUsers, type UserRow } from './user-model.ts';

/** The tables with one row per thing. The log of a room is raw SQL: see room-log-table.ts. */
export interface Models {
  readonly users: RowModel<UserRow>;
  readonly identities: RowModel<IdentityRow>;
  readonly sessions: RowModel<SessionRow>;
  readonly rooms: RowModel<RoomRow>;
  readonly members: RowModel<MemberRow>;
  readonly invites: RowModel<InviteRow>;
  readonly inviteUses: RowModel<InviteUseRow>;
  readonly sanctions: RowModel<SanctionRow>;
}

export const defineModels = (sequelize: Sequelize): Models => ({
  users: defineUsers(sequelize),
  identities: defineIdentities(sequelize),
  sessions: defineSessions(sequelize),
  rooms: defineRooms(sequelize),
  members: defineMembers(sequelize),
  invites: defineInvites(sequelize),
  inviteUses: defineInviteUses(sequelize),
  sanctions: defineSanctions(sequelize),
});
