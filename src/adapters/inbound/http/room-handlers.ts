import type { InviteId } from '../../../domain/room/invite.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { CreateRoom } from '../../../application/use-cases/create-room.ts';
import type { JoinRoom } from '../../../application/use-cases/join-room.ts';
import type { LeaveRoom } from '../../../application/use-cases/leave-room.ts';
import type { ListMembers } from '../../../application/use-cases/list-members.ts';
import type { ListMyRooms, ListPublicRooms } from '../../../application/use-cases/list-rooms.ts';
import type {
  CreateInvite,
  ListInvites,
  ListInviteUses,
  RevealInvite,
  RevokeInvite,
} from '../../../application/use-cases/manage-invites.ts';
import type { PreviewInvite } from '../../../application/use-cases/preview-invite.ts';
import type { ViewRoom } from '../../../application/use-cases/view-room.ts';
import {
  presentInvite,
  presentInvitePreview,
  presentInviteUse,
  presentMember,
  presentRoom,
  presentSummary,
} from '../../wire/present.ts';
import type { HttpHandlers } from './mount-contract.ts';

export interface RoomUseCases {
  readonly createRoom: CreateRoom;
  readonly joinRoom: JoinRoom;
  readonly leaveRoom: LeaveRoom;
  readonly viewRoom: ViewRoom;
  readonly listMembers: ListMembers;
  readonly listMyRooms: ListMyRooms;
  readonly listPublicRooms: ListPublicRooms;
  readonly revealInvite: RevealInvite;
  readonly createInvite: CreateInvite;
  readonly listInvites: ListInvites;
  readonly revokeInvite: RevokeInvite;
  readonly listInviteUses: ListInviteUses;
  readonly previewInvite: PreviewInvite;
}

type RoomOperation =
  | 'createRoom'
  | 'joinRoom'
  | 'listMyRooms'
  | 'listPublicRooms'
  | 'viewRoom'
  | 'listMembers'
  | 'leaveRoom'
  | 'revealInvite'
  | 'createInvite'
  | 'listInvites'
  | 'revokeInvite'
  | 'listInviteUses'
  | 'previewInvite';

const NO_CONTENT = { body: undefined };

export function roomHandlers(useCases: RoomUseCases): Pick<HttpHandlers, RoomOperation> {
  return { ...membershipHandlers(useCases), ...inviteHandlers(useCases) };
}

function membershipHandlers(useCases: RoomUseCases) {
  const { createRoom, joinRoom, leaveRoom, viewRoom, listMembers, listMyRooms, listPublicRooms } = useCases;
  return {
    createRoom: async ({ caller, body }) => {
      const room = await createRoom.execute({
        userId: caller.userId,
        name: body.name,
        isPrivate: body.isPrivate ?? false,
      });
      return { body: { room: presentRoom(room, { role: 'owner', memberCount: 1 }) } };
    },

    joinRoom: async ({ caller, body }) => {
      const roomId = body.roomId as RoomId | undefined;
      const { room, role } = await joinRoom.execute({ userId: caller.userId, roomId, inviteCode: body.inviteCode });
      return { body: { room: presentRoom(room, { role }) } };
    },

    listMyRooms: async ({ caller }) => {
      const summaries = await listMyRooms.execute({ userId: caller.userId });
      return { body: { rooms: summaries.map(presentSummary) } };
    },

    listPublicRooms: async ({ query }) => {
      const { rooms, hasMore } = await listPublicRooms.execute({
        query: query.query,
        afterId: query.cursor as RoomId | undefined,
        limit: query.limit,
      });
      return {
        body: {
          rooms: rooms.map((room) => presentRoom(room)),
          hasMore,
          nextCursor: hasMore ? (rooms.at(-1)?.id ?? null) : null,
        },
      };
    },

    viewRoom: async ({ caller, params }) => {
      const { room, role, memberCount } = await viewRoom.execute({
        roomId: params.roomId as RoomId,
        userId: caller.userId,
      });
      return { body: { room: presentRoom(room, { role, memberCount }) } };
    },

    listMembers: async ({ caller, params, query }) => {
      const { members, hasMore } = await listMembers.execute({
        roomId: params.roomId as RoomId,
        userId: caller.userId,
        afterUserId: query.cursor as UserId | undefined,
        limit: query.limit,
      });
      const nextCursor = hasMore ? (members.at(-1)?.userId ?? null) : null;
      return { body: { members: members.map(presentMember), hasMore, nextCursor } };
    },

    leaveRoom: async ({ caller, params }) => {
      await leaveRoom.execute({ roomId: params.roomId as RoomId, userId: caller.userId });
      return NO_CONTENT;
    },
  } satisfies Partial<HttpHandlers>;
}

function inviteHandlers(useCases: RoomUseCases) {
  const { revealInvite, createInvite, listInvites, revokeInvite, listInviteUses, previewInvite } = useCases;
  return {
    revealInvite: async ({ caller, params }) => ({
      body: { inviteCode: await revealInvite.execute({ roomId: params.roomId as RoomId, userId: caller.userId }) },
    }),

    createInvite: async ({ caller, params, body }) => {
      const inRoom = { roomId: params.roomId as RoomId, userId: caller.userId };
      const { invite, code } = await createInvite.execute({ ...inRoom, ...body });
      return { body: { invite: presentInvite(invite, code) } };
    },

    listInvites: async ({ caller, params }) => {
      const invites = await listInvites.execute({ roomId: params.roomId as RoomId, userId: caller.userId });
      return { body: { invites: invites.map((invite) => presentInvite(invite)) } };
    },

    revokeInvite: async ({ caller, params }) => {
      const inRoom = { roomId: params.roomId as RoomId, userId: caller.userId };
      await revokeInvite.execute({ ...inRoom, inviteId: params.inviteId as InviteId });
      return NO_CONTENT;
    },

    listInviteUses: async ({ caller, params, query }) => {
      const { uses, hasMore } = await listInviteUses.execute({
        roomId: params.roomId as RoomId,
        userId: caller.userId,
        inviteId: params.inviteId as InviteId,
        afterUserId: query.cursor as UserId | undefined,
        limit: query.limit,
      });
      const nextCursor = hasMore ? (uses.at(-1)?.userId ?? null) : null;
      return { body: { uses: uses.map(presentInviteUse), hasMore, nextCursor } };
    },

    previewInvite: async ({ caller, body }) => ({
      body: presentInvitePreview(await previewInvite.execute({ userId: caller.userId, inviteCode: body.inviteCode })),
    }),
  } satisfies Partial<HttpHandlers>;
}
