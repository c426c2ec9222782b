import { ContainerModule } from 'inversify';
import { MembershipCache } from '../../application/access/membership-cache.ts';
import { RoomAccess } from '../../application/access/room-access.ts';
import { CreateRoom } from '../../application/use-cases/create-room.ts';
import { JoinRoom } from '../../application/use-cases/join-room.ts';
import { LeaveRoom } from '../../application/use-cases/leave-room.ts';
import { ListMembers } from '../../application/use-cases/list-members.ts';
import { ListMyRooms, ListPublicRooms } from '../../application/use-cases/list-rooms.ts';
import {
  CreateInvite,
  ListInvites,
  ListInviteUses,
  RevealInvite,
  RevokeInvite,
} from '../../application/use-cases/manage-invites.ts';
import { PreviewInvite } from '../../application/use-cases/preview-invite.ts';
import type * as ports from '../../application/ports/index.ts';
import { ViewRoom } from '../../application/use-cases/view-room.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

interface InviteValues {
  readonly persistence: ports.Persistence;
  readonly access: RoomAccess;
  readonly tokens: ports.TokenService;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

export const roomsModule = new ContainerModule((options) => {
  const { clock, ids, tokens, persistence, presence, broadcaster } = TOKENS;
  const { memberships, access, feed, typing, announcer } = TOKENS;
  provide(options, memberships, { persistence, clock }, ({ persistence, clock }) => {
    return new MembershipCache({ members: persistence.members, clock });
  });
  provide(options, access, { persistence, memberships }, ({ persistence, memberships }) => {
    return new RoomAccess({ rooms: persistence.rooms, memberships });
  });
  provide(
    options,
    TOKENS.createRoom,
    { persistence, feed, broadcaster, ids, clock },
    ({ persistence, ...rest }) => new CreateRoom({ ...rest, unitOfWork: persistence.unitOfWork }),
  );
  provide(
    options,
    TOKENS.joinRoom,
    { persistence, tokens, access, feed, announcer, ids, clock },
    ({ persistence, ...rest }) =>
      new JoinRoom({ ...rest, unitOfWork: persistence.unitOfWork, rooms: persistence.rooms }),
  );
  provide(
    options,
    TOKENS.leaveRoom,
    { persistence, access, feed, typing, ids, clock },
    ({ persistence, ...rest }) => new LeaveRoom({ ...rest, unitOfWork: persistence.unitOfWork }),
  );
  provide(
    options,
    TOKENS.viewRoom,
    { persistence, access, presence },
    ({ persistence, ...rest }) => new ViewRoom({ ...rest, unitOfWork: persistence.unitOfWork }),
  );
  provide(
    options,
    TOKENS.listMembers,
    { persistence, access, presence },
    ({ persistence, ...rest }) => new ListMembers({ ...rest, members: persistence.members, users: persistence.users }),
  );
  provide(options, TOKENS.listMyRooms, { persistence }, ({ persistence }) => new ListMyRooms(persistence));
  provide(options, TOKENS.listPublicRooms, { persistence }, ({ persistence }) => new ListPublicRooms(persistence));
  const inviteNeeds = { persistence, access, tokens, ids, clock };
  const inviteDeps = ({ persistence: { rooms, invites }, ...rest }: InviteValues) => ({ ...rest, rooms, invites });
  provide(options, TOKENS.revealInvite, inviteNeeds, (values) => new RevealInvite(inviteDeps(values)));
  provide(options, TOKENS.createInvite, inviteNeeds, (values) => new CreateInvite(inviteDeps(values)));
  provide(options, TOKENS.listInvites, inviteNeeds, (values) => new ListInvites(inviteDeps(values)));
  provide(options, TOKENS.revokeInvite, inviteNeeds, (values) => new RevokeInvite(inviteDeps(values)));
  provide(options, TOKENS.listInviteUses, { persistence, access }, ({ persistence: { invites, users }, access }) => {
    return new ListInviteUses({ invites, users, access });
  });
  provide(options, TOKENS.previewInvite, { persistence, tokens, clock }, ({ persistence, ...rest }) => {
    return new PreviewInvite({ ...rest, unitOfWork: persistence.unitOfWork });
  });
});
