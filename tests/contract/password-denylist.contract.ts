import { describe, expect, it } from 'vitest';
import type { PasswordDenylist } from '../../src/application/ports/index.ts';

export function passwordDenylistContract(adapter: string, open: () => PasswordDenylist): void {
  describe(`PasswordDenylist contract: ${adapter}`, () => {
    it.each(['password', '12345678', 'qwertyuiop', 'iloveyou', 'trustno1', 'password123', 'Password', 'PASSWORD123'])(
      'knows %s',
      (password) => {
        expect(open().isCommon(password)).toBe(true);
      },
    );

    it.each(['', 'correct horse', 'kiwi-canary-4711', ' password', 'password ', 'pássword', '__proto__', '\ud800'])(
      'does not know %j',
      (password) => {
        expect(open().isCommon(password)).toBe(false);
      },
    );
  });
}
