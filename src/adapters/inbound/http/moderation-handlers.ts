import type { RoomId } from '../../../domain/room/room.ts';
import type { SanctionKind } from '../../../domain/room/sanction.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { ChangeRole } from '../../../application/use-cases/change-role.ts';
import type { BanUser, LiftSanction, MuteMember } from '../../../application/use-cases/impose-sanction.ts';
import type { ListSanctions } from '../../../application/use-cases/list-sanctions.ts';
import type { RemoveMember } from '../../../application/use-cases/remove-member.ts';
import type { UpdateRoom } from '../../../application/use-cases/update-room.ts';
import { presentRoom, presentSanction } from '../../wire/present.ts';
import type { HttpHandlers } from './mount-contract.ts';

export interface ModerationUseCases {
  readonly updateRoom: UpdateRoom;
  readonly changeRole: ChangeRole;
  readonly removeMember: RemoveMember;
  readonly banUser: BanUser;
  readonly muteMember: MuteMember;
  readonly liftSanction: LiftSanction;
  readonly listSanctions: ListSanctions;
}

type ModerationOperation =
  | 'updateRoom'
  | 'changeRole'
  | 'removeMember'
  | 'banUser'
  | 'liftBan'
  | 'listBans'
  | 'muteMember'
  | 'liftMute'
  | 'listMutes';

type InRoom = Pick<Parameters<HttpHandlers['updateRoom']>[0], 'caller' | 'params'>;
type OnSomebody = Pick<Parameters<HttpHandlers['banUser']>[0], 'caller' | 'params'>;
type Listing = Pick<Parameters<HttpHandlers['listBans']>[0], 'caller' | 'params' | 'query'>;

const NO_CONTENT = { body: undefined };

const actOf = ({ caller, params }: InRoom) => ({ roomId: params.roomId as RoomId, actorId: caller.userId });
const actOn = ({ caller, params }: OnSomebody) => ({
  roomId: params.roomId as RoomId,
  actorId: caller.userId,
  userId: params.userId as UserId,
});

export function moderationHandlers(useCases: ModerationUseCases): Pick<HttpHandlers, ModerationOperation> {
  const { updateRoom, changeRole, removeMember, banUser, muteMember, liftSanction, listSanctions } = useCases;

  async function list(kind: SanctionKind, { caller, params, query }: Listing) {
    const { sanctions, hasMore } = await listSanctions.execute({
      roomId: params.roomId as RoomId,
      userId: caller.userId,
      kind,
      afterUserId: query.cursor as UserId | undefined,
      limit: query.limit,
    });
    const listed = sanctions.map((sanction) => ({ ...presentSanction(sanction), username: sanction.username }));
    return { listed, hasMore, nextCursor: hasMore ? (sanctions.at(-1)?.userId ?? null) : null };
  }

  return {
    updateRoom: async (request) => {
      const { room, role } = await updateRoom.execute({ ...actOf(request), ...request.body });
      return { body: { room: presentRoom(room, { role }) } };
    },

    changeRole: async (request) => {
      const { role } = request.body;
      const act = actOn(request);
      await changeRole.execute({ ...act, role });
      return { body: { userId: act.userId, role } };
    },

    removeMember: async (request) => {
      await removeMember.execute(actOn(request));
      return NO_CONTENT;
    },

    banUser: async (request) => ({
      body: { ban: presentSanction(await banUser.execute({ ...actOn(request), ...request.body })) },
    }),

    liftBan: async (request) => {
      await liftSanction.execute({ ...actOn(request), kind: 'ban' });
      return NO_CONTENT;
    },

    listBans: async (request) => {
      const { listed, ...page } = await list('ban', request);
      return { body: { bans: listed, ...page } };
    },

    muteMember: async (request) => ({
      body: { mute: presentSanction(await muteMember.execute({ ...actOn(request), ...request.body })) },
    }),

    liftMute: async (request) => {
      await liftSanction.execute({ ...actOn(request), kind: 'mute' });
      return NO_CONTENT;
    },

    listMutes: async (request) => {
      const { listed, ...page } = await list('mute', request);
      return { body: { mutes: listed, ...page } };
    },
  };
}
