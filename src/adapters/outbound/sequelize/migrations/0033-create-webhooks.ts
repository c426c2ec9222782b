import { createTable } from './create-table.ts';

/** Who is told of what happens. The secrets are kept as they are: they sign. */
export const createWebhooks = createTable('0033-create-webhooks', {
  name: 'webhooks',
  columns: {
    id: 'id',
    url: 'text',
    secret: 'hash',
    previous_secret: 'hash?',
    previous_until: 'time?',
    events: 'text?',
    created_at: 'time',
    disabled_at: 'time?',
    disabled_reason: 'word?',
    failing_since: 'time?',
    leased_by: 'foreignName?',
    leased_until: 'time?',
  },
  primaryKey: 'id',
});
