import { Recorder, type Actor } from './recorder.ts';
import type { Examples } from '../../src/contract/docs/examples.ts';

/** Starts a server of these settings; `stop` drains it. */
export type StartServer = (settings: Record<string, string>) => Promise<{ url: string; stop(): Promise<unknown> }>;

interface Account {
  readonly token: string;
  readonly refreshToken: string;
  readonly user: { readonly id: string };
}

interface Person extends Account {
  readonly actor: Actor;
}

/**
 * Alice makes a room, Bob and Carol come, talk and go: every operation and every event of the contract at least once,
 * on a real server. What it records are the examples of the documents.
 */
export async function tellStory(start: StartServer): Promise<Examples> {
  const recorder = new Recorder();
  const server = await start({});
  recorder.at(server.url);
  const [alice, bob, carol] = [
    await register(recorder, 'alice'),
    await register(recorder, 'bob'),
    await register(recorder, 'carol'),
  ];
  for (const { actor } of [alice, bob, carol]) await actor.connect();
  const { room } = await alice.actor.ask<{ room: { id: string } }>('createRoom', {
    body: { name: 'general', isPrivate: true },
  });
  const params = { roomId: room.id };
  await invite(alice, [bob, carol], params);
  await talk(alice, bob, params);
  await moderate(alice, carol, params);
  await view(alice, bob, params);
  bob.actor.shout('send_message', { roomId: room.id, content: '' });
  await recorder.heard('error');
  await bob.actor.emit('leave_room', params);
  await accounts(alice, carol);
  for (const event of ['room_event', 'user_status', 'typing', 'read_receipt', 'delivery_receipt'] as const) {
    await recorder.heard(event);
  }
  await Promise.all([server.stop(), recorder.heard('draining')]);

  // A token that is about to end from the beginning.
  const other = await start({ JWT_EXPIRES_IN: '30s' });
  const dave = await register(recorder.at(other.url), 'dave');
  await dave.actor.connect();
  await recorder.heard('session_expiring');
  const examples = recorder.finish();
  await other.stop();
  return examples;
}

async function register(recorder: Recorder, username: string): Promise<Person> {
  const actor = recorder.actor();
  const body = { email: `${username}@example.org`, username, password: 'correct horse battery' };
  const account = await actor.ask<Account>('register', { body });
  actor.become(account.token);
  return { ...account, actor };
}

type Place = Readonly<Record<'roomId', string>>;

async function invite(alice: Person, [bob, carol]: readonly [Person, Person], params: Place): Promise<void> {
  const { inviteCode } = await alice.actor.ask<{ inviteCode: string }>('revealInvite', { params });
  const { invite } = await alice.actor.ask<{ invite: { id: string; code: string } }>('createInvite', {
    params,
    body: { expiresInSeconds: 86_400, maxUses: 3 },
  });
  await bob.actor.ask('previewInvite', { body: { inviteCode: invite.code } });
  await bob.actor.ask('joinRoom', { body: { inviteCode: invite.code } });
  await carol.actor.emit('join_room', { roomId: params.roomId, inviteCode });
  await alice.actor.ask('listInvites', { params });
  await alice.actor.ask('listInviteUses', { params: { ...params, inviteId: invite.id }, query: { limit: '20' } });
  await alice.actor.ask('revokeInvite', { params: { ...params, inviteId: invite.id } });
}

async function talk(alice: Person, bob: Person, params: Place): Promise<void> {
  const { roomId } = params;
  await bob.actor.emit('typing', { roomId, isTyping: true });
  const body = { content: 'Good morning!', clientMessageId: 'b1' };
  const { message } = await bob.actor.ask<{ message: { id: string; seq: number } }>('sendMessage', { params, body });
  await alice.actor.emit('send_message', { roomId, content: 'Hello Bob.', clientMessageId: 'a1' });
  await alice.actor.emit('delivery_receipt', { roomId, seq: message.seq });
  await alice.actor.emit('read_receipt', { roomId, seq: message.seq });
  await bob.actor.ask('markReceipts', { params, body: { deliveredSeq: message.seq + 1, readSeq: message.seq } });
  await bob.actor.ask('markUnread', { params, body: { fromSeq: message.seq } });
  await bob.actor.ask('listReceipts', { params: { ...params, messageId: message.id }, query: { limit: '20' } });
  await alice.actor.ask('readHistory', { params, query: { limit: '20' } });
  await alice.actor.ask('readEvents', { params, query: { afterSeq: '0', limit: '3' } });
  const rooms = [{ roomId, afterSeq: message.seq }];
  await alice.actor.ask('syncRooms', { body: { rooms, limit: 100 } });
  await alice.actor.emit('sync', { rooms, limit: 100 });
  await alice.actor.emit('watch_presence', { userIds: [bob.user.id] });
}

async function moderate(alice: Person, carol: Person, params: Place): Promise<void> {
  const her = { ...params, userId: carol.user.id };
  const body = { expiresInSeconds: 3_600, reason: 'spam' };
  const settings = { slowModeSeconds: 10, readOnly: false, messageLimit: { messages: 5, perSeconds: 10 } };
  await alice.actor.ask('updateRoom', { params, body: { name: 'General', ...settings } });
  await alice.actor.ask('changeRole', { params: her, body: { role: 'admin' } });
  await alice.actor.ask('muteMember', { params: her, body });
  await alice.actor.ask('listMutes', { params, query: { limit: '20' } });
  await alice.actor.ask('liftMute', { params: her });
  await alice.actor.ask('removeMember', { params: her });
  await alice.actor.ask('banUser', { params: her, body });
  await alice.actor.ask('listBans', { params, query: { limit: '20' } });
  await alice.actor.ask('liftBan', { params: her });
}

async function view(alice: Person, bob: Person, params: Place): Promise<void> {
  await alice.actor.ask('createRoom', { body: { name: 'lobby', isPrivate: false } });
  await bob.actor.ask('listPublicRooms', { query: { query: 'lob', limit: '20' } });
  await bob.actor.ask('listMyRooms');
  await bob.actor.ask('viewRoom', { params });
  await bob.actor.ask('listMembers', { params, query: { limit: '20' } });
  await bob.actor.ask('viewMe');
  await bob.actor.ask('viewUser', { params: { userId: alice.user.id } });
  await bob.actor.ask('health');
  await bob.actor.ask('ready');
}

async function accounts(alice: Person, carol: Person): Promise<void> {
  const credentials = { email: 'alice@example.org', password: 'correct horse battery' };
  const phone = await alice.actor.ask<Account>('logIn', { body: credentials });
  const renewed = await alice.actor.ask<Account>('refresh', { body: { refreshToken: phone.refreshToken } });
  await alice.actor.emit('authenticate', { token: alice.token });
  const { sessions } = await alice.actor.ask<{ sessions: { id: string; current: boolean }[] }>('listSessions');
  const other = sessions.find(({ current }) => !current);
  await alice.actor.ask('endSession', { params: { sessionId: other?.id ?? '' } });
  const body = { currentPassword: credentials.password, newPassword: 'another correct horse' };
  await alice.actor.ask('changePassword', { body });
  await carol.actor.ask('joinRoom', { body: { roomId: await aPublicRoom(alice) } });
  await carol.actor.ask('leaveRoom', { params: { roomId: await aPublicRoom(alice, carol) } });
  await carol.actor.ask('logOut');
  carol.actor.become(
    (await carol.actor.ask<Account>('logIn', { body: { ...credentials, email: 'carol@example.org' } })).token,
  );
  await carol.actor.ask('logOutEverywhere');
  if (renewed.token === '') throw new Error('A refreshed session has a token.');
}

async function aPublicRoom(owner: Person, member?: Person): Promise<string> {
  const { room } = await owner.actor.ask<{ room: { id: string } }>('createRoom', { body: { name: 'square' } });
  if (member) await member.actor.ask('joinRoom', { body: { roomId: room.id } });
  return room.id;
}
