import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface IdentityRow {
  /** Digest of issuer and subject. */
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly user_id: string;
  readonly created_at: StoredTime;
  readonly tokens_from: StoredTime | null;
}

export const defineIdentities = (sequelize: Sequelize): RowModel<IdentityRow> =>
  sequelize.define(
    'external_identity',
    {
      id: { type: DataTypes.STRING(128), primaryKey: true },
      issuer: DataTypes.STRING(512),
      subject: DataTypes.STRING(512),
      user_id: DataTypes.CHAR(36),
      created_at: DataTypes.DATE(3),
      tokens_from: DataTypes.DATE(3),
    },
    { tableName: 'external_identities' },
  );
