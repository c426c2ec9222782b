import * as z from 'zod';
import { Cursor, Id, Timestamp } from './common.ts';
import { RoleName, settings } from './messages.ts';
import { YEAR_SECONDS } from './rooms.ts';

export const MemberParams = z.strictObject({ roomId: Id, userId: Id });

export const ChangeRoleBody = z.strictObject({
  role: RoleName.describe('`owner` hands the room over: whoever was its owner becomes an admin.'),
});

export const SanctionBody = z.strictObject({
  expiresInSeconds: z.int().min(1).max(YEAR_SECONDS).optional().describe('Without it: until it is lifted.'),
  reason: z.string().max(600).optional().describe('At most 300 characters. The members of the room see it.'),
});

export const Sanction = z.object({
  userId: Id,
  imposedBy: Id,
  reason: z.string().nullable(),
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable().describe('Null: until it is lifted.'),
});

const Listed = Sanction.extend({ username: z.string() });
const page = { hasMore: z.boolean(), nextCursor: Cursor.nullable() };
export const BansPage = z.object({ bans: z.array(Listed), ...page });
export const MutesPage = z.object({ mutes: z.array(Listed), ...page });

export const UpdateRoomBody = z
  .strictObject({ name: z.string().min(1).max(512), ...settings })
  .partial()
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'name something to change',
  });
