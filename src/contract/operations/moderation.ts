import * as z from 'zod';
import { Id, NoContent } from '../schemas/common.ts';
import {
  BansPage,
  ChangeRoleBody,
  MemberParams,
  MutesPage,
  Sanction,
  SanctionBody,
  UpdateRoomBody,
} from '../schemas/moderation.ts';
import { RoleName } from '../schemas/messages.ts';
import { MembersQuery, Room, RoomParams } from '../schemas/rooms.ts';

const noContent = { status: 204, body: NoContent } as const;
const asAdmin = ['ROOM_NOT_FOUND', 'NOT_A_MEMBER', 'FORBIDDEN'] as const;
const onSomebody = [...asAdmin, 'CONFLICT', 'RATE_LIMITED'] as const;

/** What admins and the owner of a room do. Each is an entry of the room's log and holds at once. */
export const moderationOperations = {
  updateRoom: {
    method: 'patch',
    path: '/api/rooms/{roomId}',
    summary: 'Changes the name and the settings of a room, for admins.',
    auth: 'bearer',
    params: RoomParams,
    body: UpdateRoomBody,
    ok: { status: 200, body: z.object({ room: Room }) },
    errors: [...asAdmin, 'RATE_LIMITED'],
  },
  changeRole: {
    method: 'patch',
    path: '/api/rooms/{roomId}/members/{userId}',
    summary: 'Promotes, demotes or hands the room over, for the owner; an admin may step down.',
    auth: 'bearer',
    params: MemberParams,
    body: ChangeRoleBody,
    ok: { status: 200, body: z.object({ userId: Id, role: RoleName }) },
    errors: [...onSomebody, 'USER_NOT_FOUND'],
  },
  removeMember: {
    method: 'delete',
    path: '/api/rooms/{roomId}/members/{userId}',
    summary: 'Puts a member out, at once and on every device. A ban keeps them out.',
    auth: 'bearer',
    params: MemberParams,
    ok: noContent,
    errors: [...onSomebody, 'USER_NOT_FOUND'],
  },
  banUser: {
    method: 'post',
    path: '/api/rooms/{roomId}/bans/{userId}',
    summary: 'Puts somebody out and keeps them out, member or not. Takes the place of an earlier ban.',
    auth: 'bearer',
    params: MemberParams,
    body: SanctionBody,
    ok: { status: 200, body: z.object({ ban: Sanction }) },
    errors: [...onSomebody, 'USER_NOT_FOUND'],
  },
  liftBan: {
    method: 'delete',
    path: '/api/rooms/{roomId}/bans/{userId}',
    summary: 'Ends a ban.',
    auth: 'bearer',
    params: MemberParams,
    ok: noContent,
    errors: [...onSomebody, 'NOT_FOUND'],
  },
  listBans: {
    method: 'get',
    path: '/api/rooms/{roomId}/bans',
    summary: 'The bans in force, ascending by user id, for admins.',
    auth: 'bearer',
    params: RoomParams,
    query: MembersQuery,
    ok: { status: 200, body: BansPage },
    errors: asAdmin,
  },
  muteMember: {
    method: 'post',
    path: '/api/rooms/{roomId}/mutes/{userId}',
    summary: 'Lets a member read and not speak. Takes the place of an earlier mute.',
    auth: 'bearer',
    params: MemberParams,
    body: SanctionBody,
    ok: { status: 200, body: z.object({ mute: Sanction }) },
    errors: [...onSomebody, 'USER_NOT_FOUND'],
  },
  liftMute: {
    method: 'delete',
    path: '/api/rooms/{roomId}/mutes/{userId}',
    summary: 'Ends a mute.',
    auth: 'bearer',
    params: MemberParams,
    ok: noContent,
    errors: [...onSomebody, 'NOT_FOUND'],
  },
  listMutes: {
    method: 'get',
    path: '/api/rooms/{roomId}/mutes',
    summary: 'The mutes in force, ascending by user id, for admins.',
    auth: 'bearer',
    params: RoomParams,
    query: MembersQuery,
    ok: { status: 200, body: MutesPage },
    errors: asAdmin,
  },
} as const;
