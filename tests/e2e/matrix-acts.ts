import type { Contract } from '../../src/contract/contract.ts';
import { contract } from '../../src/contract/contract.ts';
import { call, type HttpAnswer } from '../support/harness/http.ts';
import { Device, Person, type Reply } from '../support/harness/person.ts';
import type { Role, Stage } from '../support/harness/stage.ts';

type OperationName = keyof Contract['http'];
type EventName = keyof Contract['clientEvents'];

export interface Act {
  /** Resolves to 'ok', 'gone' or the code of the refusal. */
  readonly perform: (stage: Stage, role: Role) => Promise<string>;
  /** What has to be so for the act to be possible at all. */
  readonly prepare?: (stage: Stage, role: Role) => Promise<unknown>;
  /** A success changes who is what, so it needs a stage of its own. */
  readonly isFresh?: boolean;
}

const outcomeOf = ({ status, body }: HttpAnswer): string => (status < 400 ? 'ok' : (body.code as string));

interface Request {
  readonly body?: (stage: Stage, role: Role) => unknown;
  readonly prepare?: NonNullable<Act['prepare']>;
  readonly isFresh?: boolean;
}

/** As the contract says, with the path filled in. */
function request(name: OperationName, { body, ...rest }: Request = {}): Act {
  const { method, path } = contract.http[name];
  return {
    ...rest,
    perform: async (stage, role) => {
      const filled = path
        .replace('{roomId}', stage.roomId)
        .replace('{messageId}', stage.messageId)
        .replace('{inviteId}', stage.inviteId)
        .replace('{userId}', name === 'viewUser' ? stage.cast.people.owner.id : stage.target(role).id);
      return outcomeOf(await stage.call(role, method.toUpperCase(), filled, body?.(stage, role)));
    },
  };
}

/** By somebody who is there for this only: it ends sessions. */
const asGuest = (perform: (guest: Person, path: string) => Promise<HttpAnswer>, name: OperationName): Act => ({
  perform: async ({ site }, role) => {
    const { method, path } = contract.http[name];
    if (role === 'anonymous') {
      const filled = path.replaceAll(/\{\w+\}/g, '018bcfe5-687b-7000-8000-00000000002a');
      return outcomeOf(await call(site.url, method.toUpperCase(), filled, {}));
    }
    return outcomeOf(await perform(await site.someone('guest'), path));
  },
});

const joinsTarget = async (stage: Stage, role: Role) => stage.target(role).join(stage.roomId, stage.roomCode);

const sanctioned = (kind: 'bans' | 'mutes') => async (stage: Stage, role: Role) => {
  if (kind === 'mutes') await joinsTarget(stage, role);
  const { status } = await stage.owner('POST', `/${kind}/${stage.target(role).id}`, {});
  if (status !== 200) throw new Error(`a sanction was answered ${status}`);
};

const synced = (rooms: readonly { readonly roomId: string }[], stage: Stage) =>
  rooms.some(({ roomId }) => roomId === stage.roomId) ? 'ok' : 'gone';

export const HTTP_ACTS: { readonly [K in OperationName]: Act } = {
  register: { perform: async ({ site }) => ((await Person.register(site.url)).token ? 'ok' : 'no token') },
  logIn: {
    perform: async ({ site, cast: { people } }) => {
      const { email, password } = people.member;
      return outcomeOf(await call(site.url, 'POST', '/api/auth/login', { body: { email, password } }));
    },
  },
  refresh: {
    perform: async ({ site }) => {
      const { refreshToken } = await site.someone('guest');
      return outcomeOf(await call(site.url, 'POST', '/api/auth/refresh', { body: { refreshToken } }));
    },
  },
  logOut: asGuest((guest, path) => guest.call('POST', path), 'logOut'),
  logOutEverywhere: asGuest((guest, path) => guest.call('POST', path), 'logOutEverywhere'),
  endSession: asGuest(async (guest, path) => {
    const { sessions } = (await guest.call('GET', '/api/auth/sessions')).body;
    return guest.call('DELETE', path.replace('{sessionId}', sessions[0].id));
  }, 'endSession'),
  changePassword: asGuest(
    (guest, path) => guest.call('POST', path, { currentPassword: guest.password, newPassword: 'another secret' }),
    'changePassword',
  ),
  health: request('health'),
  ready: request('ready'),
  listSessions: request('listSessions'),
  viewMe: request('viewMe'),
  viewUser: request('viewUser'),
  createRoom: request('createRoom', { body: () => ({ name: 'another room' }) }),
  listMyRooms: request('listMyRooms'),
  listPublicRooms: request('listPublicRooms'),
  joinRoom: request('joinRoom', {
    isFresh: true,
    body: (stage, role) => ({ roomId: stage.roomId, inviteCode: stage.codeOf(role) }),
  }),
  previewInvite: request('previewInvite', { body: (stage, role) => ({ inviteCode: stage.codeOf(role) }) }),
  leaveRoom: request('leaveRoom', { isFresh: true, prepare: joinsTarget }),
  viewRoom: request('viewRoom'),
  listMembers: request('listMembers'),
  revealInvite: request('revealInvite'),
  createInvite: request('createInvite', { body: () => ({ maxUses: 1 }) }),
  listInvites: request('listInvites'),
  revokeInvite: {
    // Each revokes one of their own.
    perform: async (stage, role) => {
      const { invite } = (await stage.owner('POST', '/invites', {})).body;
      return outcomeOf(await stage.call(role, 'DELETE', `/api/rooms/${stage.roomId}/invites/${invite.id}`));
    },
  },
  listInviteUses: request('listInviteUses'),
  updateRoom: request('updateRoom', { isFresh: true, body: (_stage, role) => ({ name: `renamed by ${role}` }) }),
  changeRole: request('changeRole', { isFresh: true, prepare: joinsTarget, body: () => ({ role: 'admin' }) }),
  removeMember: request('removeMember', { isFresh: true, prepare: joinsTarget }),
  banUser: request('banUser', { isFresh: true, prepare: joinsTarget, body: () => ({ reason: 'spam' }) }),
  liftBan: request('liftBan', { isFresh: true, prepare: sanctioned('bans') }),
  listBans: request('listBans'),
  muteMember: request('muteMember', { isFresh: true, prepare: joinsTarget, body: () => ({}) }),
  liftMute: request('liftMute', { isFresh: true, prepare: sanctioned('mutes') }),
  listMutes: request('listMutes'),
  readHistory: request('readHistory'),
  sendMessage: request('sendMessage', { body: (_stage, role) => ({ content: `from ${role}` }) }),
  readEvents: request('readEvents'),
  syncRooms: {
    perform: async (stage, role) => {
      const body = { rooms: [{ roomId: stage.roomId, afterSeq: 0 }] };
      const answer = await stage.call(role, 'POST', '/api/sync', body);
      return answer.status < 400 ? synced(answer.body.rooms, stage) : outcomeOf(answer);
    },
  },
  markReceipts: request('markReceipts', { body: () => ({ readSeq: 1 }) }),
  markUnread: request('markUnread', { body: () => ({ fromSeq: 1 }) }),
  listReceipts: request('listReceipts'),
};

/** Without a token there is no connection that could send anything. */
async function withoutToken(stage: Stage): Promise<string> {
  const device = new Device(stage.site.url, '', { reconnection: false });
  try {
    return await device.connected().then(
      () => 'ok',
      (error: { data?: { code?: string } }) => error.data?.code ?? 'no code',
    );
  } finally {
    device.close();
  }
}

type Payload = (stage: Stage, role: Exclude<Role, 'anonymous'>) => object;

const emit = (name: EventName, payload: Payload, rest: Omit<Act, 'perform'> = {}): Act => ({
  ...rest,
  perform: async (stage, role) => {
    if (role === 'anonymous') return withoutToken(stage);
    const reply: Reply = await stage.device(role).ask(name, payload(stage, role));
    if (name === 'sync' && reply.ok) return synced(reply.data.rooms, stage);
    return reply.ok ? 'ok' : (reply.error?.code ?? 'no code');
  },
});

const inRoom: Payload = ({ roomId }) => ({ roomId });

export const EVENT_ACTS: { readonly [E in EventName]: Act } = {
  join_room: emit('join_room', (stage, role) => ({ roomId: stage.roomId, inviteCode: stage.codeOf(role) }), {
    isFresh: true,
  }),
  leave_room: emit('leave_room', inRoom, { isFresh: true, prepare: joinsTarget }),
  send_message: emit('send_message', ({ roomId }, role) => ({ roomId, content: `from ${role}` })),
  typing: emit('typing', ({ roomId }) => ({ roomId, isTyping: true })),
  read_receipt: emit('read_receipt', ({ roomId }) => ({ roomId, seq: 1 })),
  delivery_receipt: emit('delivery_receipt', ({ roomId }) => ({ roomId, seq: 1 })),
  sync: emit('sync', ({ roomId }) => ({ rooms: [{ roomId, afterSeq: 0 }] })),
  watch_presence: emit('watch_presence', ({ cast }) => ({ userIds: [cast.people.owner.id] })),
  authenticate: emit('authenticate', ({ cast }, role) => ({ token: cast.people[role].token })),
};
