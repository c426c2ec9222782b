/** What a client may run into. The figures are those of the rules that enforce them, which a test compares. */
export const LIMITS = [
  'A message: 1 to 4,000 characters and at most 16,384 bytes of UTF-8.',
  'A `clientMessageId`: 1 to 64 printable ASCII characters.',
  'A username: 3 to 50 characters; a room name: 120; a password: 8 characters to 72 bytes; a reason: 300 characters.',
  'A request body, and an event with all that belongs to it: 65,536 bytes.',
  'A page of messages, members, rooms or receipts: 100 (20 if not said).',
  'A page of `sync` and of the log: 500 (100 if not said).',
  '`MESSAGE_RATE_LIMIT`: messages of one user in one room, `5/10s`; a room may have a limit of its own.',
  '`AUTH_RATE_LIMIT`: attempts to register or sign in from one address, `60/1m`; besides, failures of one account.',
  '`SOCKET_RATE_LIMIT`: events of one connection, `100/1s`, and three times as many at once.',
  '`CONNECTION_LIMIT`: live connections of one user and of one address on a node, `50/1000`.',
  'One user, in a minute: 120 rooms and 120 invites made, 600 joins, 300 searches, 300 acts of moderation, ' +
    '1,200 times typing, 3,000 pages of history, 3,000 syncs, 3,000 other requests.',
  'A reader that leaves 1 MB unread is cut, and asks for the rest with `sync`.',
] as const;
