import { describe, expect, it } from 'vitest';
import type { Probe } from '../../src/application/ports/index.ts';

/** What a probe makes of what it is told is the business of each. */
export function probeContract(name: string, create: () => Probe): void {
  describe(`Probe: ${name}`, () => {
    it('takes whatever it is told, and throws at nobody', () => {
      const probe = create();
      const tell = () => {
        for (const ms of [0, 0.1, 1e9]) {
          for (const outcome of ['ok', 'INTERNAL']) {
            probe.command('send_message', outcome, ms);
            probe.command(null, outcome, ms);
            probe.handshake(outcome, ms);
            probe.refusal(outcome);
          }
          probe.request('register', 201, ms);
          probe.request(null, 404, ms);
          for (const failed of [true, false]) {
            probe.statement('read', ms, failed);
            probe.statement('write', ms, failed);
          }
          probe.batch(500, ms);
          probe.disconnect('ping timeout');
          probe.repaired(3);
          for (const outcome of ['accepted', 'failed', 'given_up', 'disabled'] as const) probe.webhook(outcome);
        }
        return 'told';
      };
      probe.storage(() => ({ waiting: 1, pool: null }));
      expect(tell()).toBe('told');
    });
  });
}
