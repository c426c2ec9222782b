import { describe, expect, it } from 'vitest';
import type { IdGenerator } from '../../src/application/ports/index.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MANY = 50_000;

/** `open` makes a generator that shares nothing with the one before. */
export function idGeneratorContract(adapter: string, open: () => IdGenerator): void {
  describe(`IdGenerator contract: ${adapter}`, () => {
    const many = (make: (ids: IdGenerator) => string) => {
      const ids = open();
      return Array.from({ length: MANY }, () => make(ids));
    };

    it('makes lower-case UUIDs of version 7', () => {
      for (const id of many((ids) => ids.uuid())) if (!UUID_V7.test(id)) expect(id).toMatch(UUID_V7);
    });

    it('makes each UUID greater than all before, however fast they are made', () => {
      const made = many((ids) => ids.uuid());
      expect(made.findIndex((id, index) => index > 0 && id <= (made[index - 1] ?? ''))).toBe(-1);
    });

    it('makes secrets of 256 bits in 43 characters of base64url', () => {
      const ids = open();
      for (let count = 0; count < 500; count += 1) {
        const secret = ids.secret();
        expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
        // The one spelling of its 32 bytes: a decoder and an encoder between two ends must not change it.
        expect(Buffer.from(secret, 'base64url').toString('base64url')).toBe(secret);
      }
    });

    it('never makes a secret twice, and uses every bit of it', () => {
      const secrets = many((ids) => ids.secret());
      expect(new Set(secrets).size).toBe(MANY);
      const ones = Array.from({ length: 256 }, () => 0);
      for (const secret of secrets) {
        const bytes = Buffer.from(secret, 'base64url');
        for (let bit = 0; bit < 256; bit += 1)
          ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
      }
      // 10 standard deviations around the half: a bit that stands still or leans is far outside.
      const spread = 10 * Math.sqrt(MANY / 4);
      expect(ones.filter((count) => Math.abs(count - MANY / 2) > spread)).toEqual([]);
    });

    it('tells nothing of a secret by an id', () => {
      const ids = open();
      const id = ids.uuid().replaceAll('-', '');
      expect(Buffer.from(ids.secret(), 'base64url').toString('hex')).not.toContain(id.slice(-12));
    });
  });
}
