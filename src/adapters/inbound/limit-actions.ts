import type { ActionLimits, LimitedAction } from '../../application/access/action-limits.ts';
import { contract } from '../../contract/contract.ts';
import type { HttpHandlers } from './http/mount-contract.ts';
import type { SocketHandlers } from './socket/bind-events.ts';

type Operation = keyof HttpHandlers;

const OPERATIONS: { readonly [K in Operation]?: LimitedAction } = {
  createRoom: 'create_room',
  joinRoom: 'join',
  createInvite: 'invite',
  // Guesses at codes count together, whichever way they are made.
  previewInvite: 'join',
  updateRoom: 'moderate',
  changeRole: 'moderate',
  removeMember: 'moderate',
  banUser: 'moderate',
  liftBan: 'moderate',
  muteMember: 'moderate',
  liftMute: 'moderate',
  listPublicRooms: 'search',
  syncRooms: 'sync',
  readEvents: 'sync',
  readHistory: 'history',
};
/** Whoever holds a stolen session must not keep its owner from ending it; the password has a limit of its own. */
const UNLIMITED: ReadonlySet<Operation> = new Set<Operation>(['logOut', 'logOutEverywhere', 'changePassword']);
const EVENTS: { readonly [E in keyof SocketHandlers]?: LimitedAction } = {
  join_room: 'join',
  sync: 'sync',
  typing: 'typing',
  watch_presence: 'watch',
};

type Limits = Pick<ActionLimits, 'admit'>;
type AnyHttpHandler = (input: { readonly caller: Parameters<HttpHandlers['joinRoom']>[0]['caller'] }) => unknown;
type AnySocketHandler = (session: Parameters<SocketHandlers['sync']>[0], payload: unknown) => unknown;

/** The same handlers, behind the limits of what one user may do. What has no limit of its own shares one. */
export function limitOperations(handlers: HttpHandlers, limits: Limits): HttpHandlers {
  return limited(handlers, actionsOf(handlers), (handler, action) => async (input: Parameters<AnyHttpHandler>[0]) => {
    await limits.admit(input.caller.userId, action);
    return (handler as unknown as AnyHttpHandler)(input);
  });
}

function actionsOf(handlers: HttpHandlers): { readonly [K in Operation]?: LimitedAction } {
  const asked = (Object.keys(handlers) as Operation[]).filter(
    (name) => contract.http[name].auth === 'bearer' && !UNLIMITED.has(name),
  );
  return Object.fromEntries(asked.map((name) => [name, OPERATIONS[name] ?? 'request']));
}

export function limitEvents(handlers: SocketHandlers, limits: Limits): SocketHandlers {
  return limited(handlers, EVENTS, (handler, action) => async (...[session, payload]: Parameters<AnySocketHandler>) => {
    await limits.admit(session.userId, action);
    return (handler as unknown as AnySocketHandler)(session, payload);
  });
}

function limited<H extends object>(
  handlers: H,
  actions: { readonly [K in keyof H]?: LimitedAction },
  behind: (handler: H[keyof H], action: LimitedAction) => unknown,
): H {
  const names = Object.keys(actions) as (keyof H)[];
  const changed = names.flatMap((name) => {
    const action = actions[name];
    return action ? [[name, behind(handlers[name], action)]] : [];
  });
  return { ...handlers, ...(Object.fromEntries(changed) as Partial<H>) };
}
