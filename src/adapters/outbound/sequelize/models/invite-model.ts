import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface InviteRow {
  readonly id: string;
  readonly room_id: string;
  readonly code_digest: string;
  readonly created_by: string;
  readonly created_at: StoredTime;
  readonly expires_at: StoredTime | null;
  readonly max_uses: number | null;
  readonly uses: number;
  readonly revoked_at: StoredTime | null;
}

export const defineInvites = (sequelize: Sequelize): RowModel<InviteRow> =>
  sequelize.define(
    'invite',
    {
      id: { type: DataTypes.CHAR(36), primaryKey: true },
      room_id: DataTypes.CHAR(36),
      code_digest: DataTypes.STRING(128),
      created_by: DataTypes.CHAR(36),
      created_at: DataTypes.DATE(3),
      expires_at: DataTypes.DATE(3),
      max_uses: DataTypes.INTEGER,
      uses: DataTypes.INTEGER,
      revoked_at: DataTypes.DATE(3),
    },
    { tableName: 'room_invites' },
  );
