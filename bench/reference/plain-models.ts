import {
  DataTypes,
  Sequelize,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type ModelStatic,
} from 'sequelize';

/** Models as the Sequelize manual shows them. */

interface Row<T extends Model> extends Model<InferAttributes<T>, InferCreationAttributes<T>> {
  readonly createdAt: CreationOptional<Date>;
}

export interface User extends Row<User> {
  readonly id: CreationOptional<string>;
  readonly email: string;
  readonly username: string;
  readonly passwordHash: string;
}

export interface Room extends Row<Room> {
  readonly id: CreationOptional<string>;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly createdBy: string;
}

export interface Member extends Row<Member> {
  readonly roomId: string;
  readonly userId: string;
  readonly role: string;
}

export interface Message extends Row<Message> {
  readonly id: CreationOptional<string>;
  readonly roomId: string;
  readonly userId: string;
  readonly content: string;
}

export interface Models {
  readonly User: ModelStatic<User>;
  readonly Room: ModelStatic<Room>;
  readonly Member: ModelStatic<Member>;
  readonly Message: ModelStatic<Message>;
}

// As many connections as the product has, so that the pool is not what is compared.
const poolMax = 10;

// Made anew for each column, because Sequelize writes the column's name into them.
const uuid = () => ({ type: DataTypes.UUID, allowNull: false });
const ownId = () => ({ ...uuid(), primaryKey: true, defaultValue: DataTypes.UUIDV4 });
const time = () => ({ type: DataTypes.DATE(3), allowNull: false });

export async function connectModels(databaseUrl: string): Promise<Models> {
  const sequelize = new Sequelize(databaseUrl, {
    dialect: 'mysql',
    logging: false,
    pool: { max: poolMax },
    define: { updatedAt: false },
  });
  const User = sequelize.define<User>('User', {
    id: ownId(),
    email: { type: DataTypes.STRING(254), allowNull: false, unique: true },
    username: { type: DataTypes.STRING(50), allowNull: false, unique: true },
    passwordHash: { type: DataTypes.STRING, allowNull: false },
    createdAt: time(),
  });
  const Room = sequelize.define<Room>('Room', {
    id: ownId(),
    name: { type: DataTypes.STRING(120), allowNull: false },
    isPrivate: { type: DataTypes.BOOLEAN, allowNull: false },
    createdBy: uuid(),
    createdAt: time(),
  });
  const Member = sequelize.define<Member>('Member', {
    roomId: { ...uuid(), primaryKey: true },
    userId: { ...uuid(), primaryKey: true },
    role: { type: DataTypes.STRING(32), allowNull: false },
    createdAt: time(),
  });
  const Message = sequelize.define<Message>(
    'Message',
    {
      id: ownId(),
      roomId: uuid(),
      userId: uuid(),
      content: { type: DataTypes.TEXT, allowNull: false },
      createdAt: time(),
    },
    { indexes: [{ fields: ['roomId', 'createdAt'] }] },
  );
  await sequelize.sync();
  return { User, Room, Member, Message };
}
