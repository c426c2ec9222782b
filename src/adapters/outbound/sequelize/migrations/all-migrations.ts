import { createUsers } from './0001-create-users.ts';
import { createSessions } from './0002-create-sessions.ts';
import { createRooms } from './0003-create-rooms.ts';
import { createRoomMembers } from './0004-create-room-members.ts';
import { createRoomInvites } from './0005-create-room-invites.ts';
import { createRoomLog } from './0006-create-room-log.ts';
import { addUnreadMarks } from './0007-add-unread-marks.ts';
import { createExternalIdentities } from './0011-create-external-identities.ts';
import { indexJoinedAt } from './0021-index-joined-at.ts';
import { addRoomSettings } from './0022-add-room-settings.ts';
import { createRoomSanctions } from './0023-create-room-sanctions.ts';
import { createInviteUses } from './0024-create-invite-uses.ts';
import { addDisabledAt } from './0031-add-disabled-at.ts';
import { createImports } from './0032-create-imports.ts';
import { createWebhooks } from './0033-create-webhooks.ts';
import { createWebhookPositions } from './0034-create-webhook-positions.ts';
import { addErasure } from './0035-add-erasure.ts';
import { createLeases } from './0036-create-leases.ts';
import type { Migration } from './migration.ts';

/** In the order in which they run. */
export const allMigrations: readonly Migration[] = [
  createUsers,
  createSessions,
  createRooms,
  createRoomMembers,
  createRoomInvites,
  createRoomLog,
  addUnreadMarks,
  createExternalIdentities,
  indexJoinedAt,
  addRoomSettings,
  createRoomSanctions,
  createInviteUses,
  addDisabledAt,
  createImports,
  createWebhooks,
  createWebhookPositions,
  addErasure,
  createLeases,
];
