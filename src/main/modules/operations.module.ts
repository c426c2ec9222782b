import { ContainerModule } from 'inversify';
import { CreateUser } from '../../application/use-cases/create-user.ts';
import { DisableUser, EnableUser } from '../../application/use-cases/disable-user.ts';
import { EraseUser } from '../../application/use-cases/erase-user.ts';
import { ExportRoom } from '../../application/use-cases/export-room.ts';
import { ExportUser } from '../../application/use-cases/export-user.ts';
import { FindUser } from '../../application/use-cases/find-user.ts';
import { ListAllRooms } from '../../application/use-cases/list-all-rooms.ts';
import { PurgeRoom } from '../../application/use-cases/purge-room.ts';
import { ResetPassword } from '../../application/use-cases/reset-password.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

/** What an operator asks for, and no client can. */
export const operationsModule = new ContainerModule((options) => {
  const { clock, ids, logger, hasher, passwords, persistence, sessionEnds: ends } = TOKENS;
  provide(options, TOKENS.findUser, { persistence }, ({ persistence }) => new FindUser(persistence));
  provide(
    options,
    TOKENS.createUser,
    { persistence, hasher, passwords, ids, clock, logger },
    ({ persistence, ...rest }) => new CreateUser({ ...rest, users: persistence.users }),
  );
  provide(options, TOKENS.disableUser, { persistence, ends, clock, logger }, ({ persistence, ...rest }) => {
    return new DisableUser({ ...rest, unitOfWork: persistence.unitOfWork });
  });
  provide(options, TOKENS.enableUser, { persistence, logger }, ({ persistence, logger }) => {
    return new EnableUser({ users: persistence.users, logger });
  });
  provide(
    options,
    TOKENS.eraseUser,
    { persistence, disableUser: TOKENS.disableUser, bus: TOKENS.bus, scheduler: TOKENS.scheduler, ids, clock, logger },
    ({ persistence, ...rest }) => new EraseUser({ ...persistence, ...rest }),
  );
  provide(
    options,
    TOKENS.resetPassword,
    { persistence, hasher, passwords, ends, clock, logger },
    ({ persistence: { users, unitOfWork }, ...rest }) => new ResetPassword({ ...rest, users, unitOfWork }),
  );
  provide(options, TOKENS.listAllRooms, { persistence }, ({ persistence }) => new ListAllRooms(persistence));
  provide(options, TOKENS.exportUser, { persistence }, ({ persistence }) => new ExportUser(persistence));
  provide(options, TOKENS.exportRoom, { persistence }, ({ persistence }) => new ExportRoom(persistence));
  provide(
    options,
    TOKENS.purgeRoom,
    { persistence, bus: TOKENS.bus, scheduler: TOKENS.scheduler, ids, clock, logger },
    ({ persistence, ...rest }) => new PurgeRoom({ ...persistence, ...rest }),
  );
});
