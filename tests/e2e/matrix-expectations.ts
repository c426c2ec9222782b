import type { Contract } from '../../src/contract/contract.ts';
import type { WireErrorCode } from '../../src/contract/schemas/common.ts';
import type { Kind, Role } from '../support/harness/stage.ts';

export type Action = keyof Contract['http'] | keyof Contract['clientEvents'];
/** `gone`: an answer without the room. */
export type Outcome = 'ok' | 'gone' | WireErrorCode;

export interface Expectation {
  readonly of: (role: Role, kind: Kind) => Outcome;
  /** Where it matters; everywhere without it. */
  readonly kinds?: readonly Kind[];
}

const OUTSIDE: readonly Role[] = ['stranger', 'invited', 'former', 'banned'];
const MODERATING: readonly Role[] = ['admin', 'owner'];

const rule = (of: Expectation['of']): Expectation => ({
  of: (role, kind) => (role === 'anonymous' ? 'UNAUTHENTICATED' : of(role, kind)),
});
/** Nothing of it is about a room. */
const noRoom = (of: Expectation['of']): Expectation => ({ of, kinds: ['public'] });
const inside = (of: Expectation['of']): Expectation =>
  rule((role, kind) => {
    if (OUTSIDE.includes(role)) return kind === 'private' ? 'ROOM_NOT_FOUND' : 'NOT_A_MEMBER';
    return of(role, kind);
  });

const everybody = noRoom(() => 'ok');
const withAccount = noRoom((role) => (role === 'anonymous' ? 'UNAUTHENTICATED' : 'ok'));
const members = inside(() => 'ok');
const moderators = inside((role) => (MODERATING.includes(role) ? 'ok' : 'FORBIDDEN'));
const owners = inside((role) => (role === 'owner' ? 'ok' : 'FORBIDDEN'));
const speakers = inside((role, kind) => {
  if (role === 'muted') return 'MUTED';
  return kind === 'read-only' && role === 'member' ? 'FORBIDDEN' : 'ok';
});
const joining = rule((role, kind) => {
  if (role === 'banned') return 'BANNED';
  return kind === 'private' && (role === 'stranger' || role === 'former') ? 'INVITE_REQUIRED' : 'ok';
});
const leaving = inside((role) => (role === 'owner' ? 'CONFLICT' : 'ok'));
const syncing = rule((role) => (OUTSIDE.includes(role) ? 'gone' : 'ok'));

export const EXPECTED: { readonly [A in Action]: Expectation } = {
  register: everybody,
  logIn: everybody,
  refresh: everybody,
  health: everybody,
  ready: everybody,
  logOut: withAccount,
  logOutEverywhere: withAccount,
  listSessions: withAccount,
  endSession: withAccount,
  changePassword: withAccount,
  viewMe: withAccount,
  createRoom: withAccount,
  listMyRooms: withAccount,
  listPublicRooms: withAccount,
  authenticate: withAccount,
  // Watching grants nothing: what is told is looked at when there is something to tell (silence, presence-storm).
  watch_presence: withAccount,
  viewUser: rule((role) => (OUTSIDE.includes(role) ? 'USER_NOT_FOUND' : 'ok')),
  viewRoom: members,
  listMembers: members,
  readHistory: members,
  readEvents: members,
  markReceipts: members,
  markUnread: members,
  listReceipts: members,
  read_receipt: members,
  delivery_receipt: members,
  sendMessage: speakers,
  send_message: speakers,
  typing: speakers,
  syncRooms: syncing,
  sync: syncing,
  joinRoom: joining,
  join_room: joining,
  previewInvite: rule((role) => {
    if (role === 'banned') return 'BANNED';
    return role === 'stranger' || role === 'former' ? 'INVITE_REQUIRED' : 'ok';
  }),
  leaveRoom: leaving,
  leave_room: leaving,
  revealInvite: moderators,
  createInvite: moderators,
  listInvites: moderators,
  revokeInvite: moderators,
  listInviteUses: moderators,
  updateRoom: moderators,
  removeMember: moderators,
  banUser: moderators,
  liftBan: moderators,
  listBans: moderators,
  muteMember: moderators,
  liftMute: moderators,
  listMutes: moderators,
  changeRole: owners,
};
