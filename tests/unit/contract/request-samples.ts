import type * as z from 'zod';
import { contract, type Contract, type HttpOperation } from '../../../src/contract/contract.ts';

type Operations = Contract['http'];
type Events = Contract['clientEvents'];
type InputOf<O, Part extends string> = O extends Record<Part, infer S extends z.ZodType> ? z.input<S> : never;
type With<Part extends string> = {
  [K in keyof Operations]: Operations[K] extends Record<Part, z.ZodType> ? K : never;
}[keyof Operations];

export const ID = '018bcfe5-687b-7000-8000-00000000002a';

// A request that names every field, for each that the contract knows: one without a sample does not compile.
const BODIES: { readonly [K in With<'body'>]: InputOf<Operations[K], 'body'> } = {
  register: { email: 'alice@example.org', username: 'alice', password: 'correct horse' },
  logIn: { email: 'alice@example.org', password: 'correct horse' },
  refresh: { refreshToken: `${ID}.secret` },
  changePassword: { currentPassword: 'correct horse', newPassword: 'battery staple' },
  createRoom: { name: 'general', isPrivate: true },
  joinRoom: { roomId: ID, inviteCode: 'a-Code_1' },
  createInvite: { expiresInSeconds: 60, maxUses: 3 },
  previewInvite: { inviteCode: 'a-Code_1' },
  updateRoom: {
    name: 'general',
    slowModeSeconds: 10,
    readOnly: true,
    messageLimit: { messages: 5, perSeconds: 10 },
  },
  changeRole: { role: 'admin' },
  banUser: { expiresInSeconds: 60, reason: 'spam' },
  muteMember: { expiresInSeconds: 60, reason: 'spam' },
  sendMessage: { content: 'hello', clientMessageId: 'c-1' },
  syncRooms: { rooms: [{ roomId: ID, afterSeq: 0 }], limit: 100 },
  markReceipts: { deliveredSeq: 2, readSeq: 1 },
  markUnread: { fromSeq: 1 },
};

const QUERIES: { readonly [K in With<'query'>]: InputOf<Operations[K], 'query'> } = {
  listPublicRooms: { query: 'gen', cursor: ID, limit: '5' },
  listMembers: { cursor: ID, limit: '5' },
  listBans: { cursor: ID, limit: '5' },
  listMutes: { cursor: ID, limit: '5' },
  listInviteUses: { cursor: ID, limit: '5' },
  readHistory: { limit: '5', before: '7' },
  readEvents: { afterSeq: '7', limit: '5' },
  listReceipts: { cursor: ID, limit: '5' },
};

const PAYLOADS: { readonly [E in keyof Events]: z.input<Events[E]['payload']> } = {
  join_room: { roomId: ID, inviteCode: 'a-Code_1' },
  leave_room: { roomId: ID },
  send_message: { roomId: ID, content: 'hello', clientMessageId: 'c-1' },
  typing: { roomId: ID, isTyping: true },
  read_receipt: { roomId: ID, seq: 3 },
  delivery_receipt: { roomId: ID, seq: 3 },
  sync: { rooms: [{ roomId: ID, afterSeq: 0 }], limit: 100 },
  watch_presence: { userIds: [ID] },
  authenticate: { token: 'a.b.c' },
};

export interface RequestSample {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly sample: Readonly<Record<string, unknown>>;
}

const http: Readonly<Record<string, HttpOperation>> = contract.http;

function samplesOf(part: 'body' | 'query', samples: object): RequestSample[] {
  return Object.entries(samples as Record<string, RequestSample['sample']>).map(([operation, sample]) => {
    const schema = http[operation]?.[part];
    if (!schema) throw new Error(`${operation} has no ${part}`);
    return { name: `the ${part} of ${operation}`, schema, sample };
  });
}

/** Everything that a client can put into a request besides the path. */
export const REQUESTS: readonly RequestSample[] = [
  ...samplesOf('body', BODIES),
  ...samplesOf('query', QUERIES),
  ...Object.entries(contract.clientEvents).map(([event, { payload }]) => ({
    name: `the payload of ${event}`,
    schema: payload,
    sample: PAYLOADS[event as keyof Events],
  })),
];
