import type { Migration } from './migration.ts';

/** For looking up who has just come into a room, anywhere. Added in place, beside nodes that go on writing. */
export const indexJoinedAt: Migration = {
  name: '0021-index-joined-at',
  up: async ({ run, indexExists }) => {
    if (await indexExists('room_members', 'room_members_joined_at')) return;
    await run('CREATE INDEX room_members_joined_at ON room_members (joined_at)');
  },
};
