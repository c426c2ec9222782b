import { ContainerModule } from 'inversify';
import { Moderation } from '../../application/moderation/moderation.ts';
import { ChangeRole } from '../../application/use-cases/change-role.ts';
import { BanUser, LiftSanction, MuteMember } from '../../application/use-cases/impose-sanction.ts';
import { ListSanctions } from '../../application/use-cases/list-sanctions.ts';
import { RemoveMember } from '../../application/use-cases/remove-member.ts';
import { UpdateRoom } from '../../application/use-cases/update-room.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

export const moderationModule = new ContainerModule((options) => {
  const { clock, ids, logger, persistence, access, feed, typing, moderation } = TOKENS;
  provide(
    options,
    moderation,
    { persistence, access, feed, typing, ids, clock, logger },
    ({ persistence, ...rest }) => new Moderation({ ...rest, unitOfWork: persistence.unitOfWork }),
  );
  provide(options, TOKENS.updateRoom, { moderation }, (deps) => new UpdateRoom(deps));
  provide(options, TOKENS.changeRole, { moderation }, (deps) => new ChangeRole(deps));
  provide(options, TOKENS.removeMember, { moderation }, (deps) => new RemoveMember(deps));
  provide(options, TOKENS.banUser, { moderation }, (deps) => new BanUser(deps));
  provide(options, TOKENS.muteMember, { moderation }, (deps) => new MuteMember(deps));
  provide(options, TOKENS.liftSanction, { moderation }, (deps) => new LiftSanction(deps));
  provide(options, TOKENS.listSanctions, { persistence, access, clock }, ({ persistence, ...rest }) => {
    return new ListSanctions({ ...rest, sanctions: persistence.sanctions, users: persistence.users });
  });
});
