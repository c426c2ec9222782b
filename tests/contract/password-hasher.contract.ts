import { beforeEach, describe, expect, it } from 'vitest';
import type { PasswordHasher } from '../../src/application/ports/index.ts';

const EIGHTEEN_EMOJI = '🔑'.repeat(18);

export function passwordHasherContract(adapter: string, open: () => PasswordHasher): void {
  describe(`PasswordHasher contract: ${adapter}`, () => {
    let hasher: PasswordHasher;
    beforeEach(() => {
      hasher = open();
    });

    it('knows the password again, also after a restart', async () => {
      const hash = await hasher.hash('correct horse');
      expect(await hasher.verify('correct horse', hash)).toBe(true);
      expect(await open().verify('correct horse', hash)).toBe(true);
    });

    it.each([
      ['another word', 'correct house'],
      ['another case', 'Correct horse'],
      ['a space behind', 'correct horse '],
      ['the beginning of it', 'correct'],
      ['nothing', ''],
      ['a NUL behind', 'correct horse\u0000'],
    ])('refuses %s', async (_what, other) => {
      expect(await hasher.verify(other, await hasher.hash('correct horse'))).toBe(false);
    });

    it('compares what lies behind a NUL', async () => {
      const hash = await hasher.hash('pass\u0000word');
      expect(await hasher.verify('pass\u0000word', hash)).toBe(true);
      expect(await hasher.verify('pass\u0000wort', hash)).toBe(false);
      expect(await hasher.verify('pass', hash)).toBe(false);
    });

    it('salts: the same password has another hash each time, and none shows the password', async () => {
      const [one, other] = [await hasher.hash('hunter2hunter2'), await hasher.hash('hunter2hunter2')];
      expect(one).not.toBe(other);
      expect(one).not.toContain('hunter2');
      expect(await hasher.verify('hunter2hunter2', other)).toBe(true);
    });

    it.each([
      ['no account', null],
      ['no hash', ''],
      ['a word', 'not a hash'],
      ['a hash of another kind', '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b'],
      ['a broken hash', '$2b$04$abc'],
    ])('is false for %s, whatever the password', async (_what, hash) => {
      expect(await hasher.verify('correct horse', hash)).toBe(false);
      expect(await hasher.verify('', hash)).toBe(false);
    });

    longPasswords(() => hasher);
  });
}

/** bcrypt reads 72 bytes and no more: two longer passwords of one beginning would open the same account. */
function longPasswords(hasher: () => PasswordHasher): void {
  it('tells 18 emoji from 18 others that differ in the last, byte 72 included', async () => {
    const hash = await hasher().hash(EIGHTEEN_EMOJI);
    expect(await hasher().verify(EIGHTEEN_EMOJI, hash)).toBe(true);
    expect(await hasher().verify(`${'🔑'.repeat(17)}🔒`, hash)).toBe(false);
  });

  it('refuses 19 emoji that begin as the 18 of the password', async () => {
    const hash = await hasher().hash(EIGHTEEN_EMOJI);
    expect(await hasher().verify(`${EIGHTEEN_EMOJI}🔑`, hash)).toBe(false);
    expect(await hasher().verify(`${EIGHTEEN_EMOJI}🔒`, hash)).toBe(false);
    expect(await hasher().verify('x'.repeat(1_000_000), hash)).toBe(false);
    expect(await hasher().verify('x'.repeat(73), await hasher().hash(''))).toBe(false);
  });

  it('does not hash what it could not tell apart', async () => {
    await expect(hasher().hash(`${EIGHTEEN_EMOJI}🔑`)).rejects.toThrow(RangeError);
    await expect(hasher().hash('x'.repeat(73))).rejects.toThrow(RangeError);
    await expect(hasher().hash('lone \ud800 surrogate')).rejects.toThrow(RangeError);
    await expect(hasher().hash('x'.repeat(72))).resolves.toBeTypeOf('string');
  });

  it('takes no lone surrogate for U+FFFD, which is what both become in UTF-8', async () => {
    const hash = await hasher().hash('pass\ufffdword');
    expect(await hasher().verify('pass\ud800word', hash)).toBe(false);
    expect(await hasher().verify('pass\ufffdword', hash)).toBe(true);
  });
}
