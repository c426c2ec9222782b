import { createHash } from 'node:crypto';
import { DataTypes, type Model, type ModelStatic, type Sequelize } from 'sequelize';

type AnyModel = ModelStatic<Model>;

export interface FoundingModels {
  readonly users: AnyModel;
  readonly rooms: AnyModel;
  readonly members: AnyModel;
  readonly messages: AnyModel;
  readonly receipts: AnyModel;
}

// New ones each time: Sequelize writes the name of the column into what it is given.
const primaryKey = () => ({ type: DataTypes.UUID, primaryKey: true });
const reference = () => ({ type: DataTypes.UUID, allowNull: false });

/** The tables of the founding schema, as its Sequelize models made them. */
export async function createFoundingSchema(sequelize: Sequelize): Promise<FoundingModels> {
  const users = sequelize.define(
    'founding_user',
    {
      id: primaryKey(),
      username: { type: DataTypes.STRING(50), allowNull: false },
      email: { type: DataTypes.STRING, allowNull: true },
      passwordHash: { type: DataTypes.STRING, allowNull: false },
      lastSeenAt: DataTypes.DATE,
    },
    { tableName: 'users', timestamps: true },
  );
  const rooms = sequelize.define(
    'founding_room',
    {
      id: primaryKey(),
      name: { type: DataTypes.STRING(100), allowNull: false },
      isPrivate: { type: DataTypes.BOOLEAN, defaultValue: false },
      inviteCode: DataTypes.STRING(32),
      createdBy: DataTypes.UUID,
    },
    { tableName: 'rooms', timestamps: true },
  );
  const members = sequelize.define(
    'founding_room_member',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      roomId: reference(),
      userId: reference(),
      role: { type: DataTypes.STRING(16), defaultValue: 'member' },
      joinedAt: { type: DataTypes.DATE, allowNull: false },
    },
    { tableName: 'room_members', timestamps: false, indexes: [{ fields: ['roomId'] }] },
  );
  const messages = sequelize.define(
    'founding_message',
    {
      id: primaryKey(),
      roomId: DataTypes.UUID,
      senderId: DataTypes.UUID,
      content: { type: DataTypes.TEXT, allowNull: false },
    },
    { tableName: 'messages', timestamps: true, indexes: [{ fields: ['roomId', 'createdAt'] }] },
  );
  const receipts = sequelize.define(
    'founding_message_receipt',
    { messageId: primaryKey(), userId: primaryKey(), deliveredAt: DataTypes.DATE, readAt: DataTypes.DATE },
    { tableName: 'message_receipts', timestamps: false },
  );
  for (const model of [users, rooms, members, messages, receipts]) await model.sync();
  return { users, rooms, members, messages, receipts };
}

/** The same UUID for the same words. */
export function uuidOf(...words: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(words.join('/')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

export const BASE_MS = Date.UTC(2024, 0, 1, 12);

export interface History {
  readonly users: number;
  readonly rooms: number;
  readonly messages: number;
  readonly passwordHash: string;
}

export const userId = (n: number): string => uuidOf('user', n);
export const roomId = (n: number): string => uuidOf('room', n);
export const messageId = (n: number): string => uuidOf('message', n);

/** Every user is in every room; users write in turn, and many messages share their second. */
export async function writeHistory(models: FoundingModels, history: History): Promise<void> {
  const { passwordHash } = history;
  const at = (seconds: number) => new Date(BASE_MS + seconds * 1_000);
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const stamped = (seconds: number) => ({ createdAt: at(seconds), updatedAt: at(seconds) });
  await models.users.bulkCreate(
    numbers(history.users).map((n) => {
      return { id: userId(n), username: `user ${n}`, email: `user-${n}@example.org`, passwordHash, ...stamped(n) };
    }),
  );
  await models.rooms.bulkCreate(
    numbers(history.rooms).map((n) => {
      const room = { id: roomId(n), name: `room ${n}`, isPrivate: n % 2 === 1, inviteCode: `code-${n}` };
      return { ...room, createdBy: userId(n % history.users), ...stamped(100) };
    }),
  );
  await models.members.bulkCreate(
    numbers(history.rooms).flatMap((room) =>
      numbers(history.users).map((user) => {
        // The second half comes in when people have been talking for a while.
        const late = user >= history.users / 2 ? Math.floor(history.messages / 20) : 0;
        return { roomId: roomId(room), userId: userId(user), role: 'member', joinedAt: at(100 + late) };
      }),
    ),
  );
  for (let from = 0; from < history.messages; from += 5_000) {
    const some = numbers(Math.min(5_000, history.messages - from)).map((index) => from + index);
    await models.messages.bulkCreate(
      some.map((n) => ({
        id: messageId(n),
        roomId: roomId(n % history.rooms),
        senderId: userId(Math.floor(n / history.rooms) % history.users),
        content: `message ${n} \u{1f44b} it's "text"`,
        ...stamped(101 + Math.floor(n / 10)),
      })),
    );
  }
}
