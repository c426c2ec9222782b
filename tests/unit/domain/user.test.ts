import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleViolation } from '../../../src/domain/rule-violation.ts';
import { assertAcceptablePassword, emailKeyOf, registerUser, usernameKeyOf } from '../../../src/domain/user/user.ts';
import { aUser } from '../../support/builders.ts';

const OWNER = { email: 'alice.smith@EXAMPLE.org', username: 'Alice of the North' };

const ruleOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof RuleViolation) return error.rule;
    throw error;
  }
  return 'accepted';
};

describe('a user', () => {
  it.each([
    ['bob', 'accepted'],
    ['  bob  ', 'accepted'],
    ['Ådám Ñ 李小龍', 'accepted'],
    ['😀😀😀', 'accepted'],
    ['bo', 'username_length'],
    ['😀😀', 'username_length'],
    ['x'.repeat(50), 'accepted'],
    ['x'.repeat(51), 'username_length'],
    ['two  spaces', 'username_characters'],
    ['no\u00a0break', 'username_characters'],
    ['line\nbreak', 'text_has_control_characters'],
    ['nul\u0000', 'text_has_control_characters'],
    ['over\u202eride', 'text_has_control_characters'],
    ['zero\u200bwidth', 'text_has_control_characters'],
    ['lone\ud800', 'text_not_well_formed'],
    ['аlice', 'username_scripts'],
    ['Αlice', 'username_scripts'],
    ['рaypal', 'username_scripts'],
    ['Ꭺlice', 'username_scripts'],
    ['ᎪᏞᎬ', 'username_scripts'],
    ['a日本б', 'username_scripts'],
    ['Алиса 77', 'accepted'],
    ['Ελένη', 'accepted'],
    ['山田 Taro たろう タロウ', 'accepted'],
    ['김철수 Kim 金', 'accepted'],
    ['محمد علي', 'accepted'],
    ['שלום', 'accepted'],
    ['अमित', 'accepted'],
    ['สมชาย', 'accepted'],
    ['Nguyễn Thị Ánh', 'accepted'],
    ["O'Brien-Smith_3.0", 'accepted'],
    ['ann 🎉✨', 'accepted'],
    [`z${'\u0301'.repeat(3)}oe`, 'accepted'],
    [`z${'\u0300'.repeat(6)}oe`, 'username_characters'],
    ['soft\u00adhyphen', 'text_has_control_characters'],
    ['isolate\u2066d', 'text_has_control_characters'],
    ['mark\u200f', 'text_has_control_characters'],
    ['tag\u{e0041}', 'text_has_control_characters'],
    ['bell\u0007', 'text_has_control_characters'],
    ['c1\u0085', 'text_has_control_characters'],
  ])('named %j is %s', (username, expected) => {
    expect(ruleOf(() => registerUser(aUser({ username })))).toBe(expected);
  });

  it('keeps its name as it was written, trimmed and composed', () => {
    expect(registerUser(aUser({ username: ' Rene\u0301e ' })).username).toBe('Renée');
  });
});

describe('the key of a name', () => {
  it.each([
    ['STRAẞE', 'strasse'],
    ['straße', 'STRASSE'],
    ['ＡＬＩＣＥ', 'alice'],
    ['ﬁona', 'FIONA'],
    ['Renée', 'RENE\u0301E'],
  ])('is the same for %s and %s', (one, other) => {
    expect(usernameKeyOf(one)).toBe(usernameKeyOf(other));
  });

  it('does not depend on case, surrounding space or having been folded before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (name) => {
        const key = usernameKeyOf(name);
        expect(usernameKeyOf(` ${name}\t`)).toBe(key);
        expect(usernameKeyOf(key)).toBe(key);
      }),
    );
  });
});

describe('the key of an address', () => {
  it('does not depend on case or surrounding space, and keeps different addresses apart', () => {
    expect(emailKeyOf(' Alice@Example.COM ')).toBe('alice@example.com');
    expect(emailKeyOf('a.lice@example.com')).not.toBe(emailKeyOf('alice@example.com'));
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        expect(emailKeyOf(email.toUpperCase())).toBe(emailKeyOf(email));
        expect(emailKeyOf(emailKeyOf(email))).toBe(emailKeyOf(email));
      }),
    );
  });
});

describe('a new password', () => {
  it.each([
    ['12345678', 'accepted'],
    ['1234567', 'password_length'],
    ['x'.repeat(72), 'accepted'],
    ['x'.repeat(73), 'password_length'],
    ['😀'.repeat(18), 'accepted'],
    ['😀'.repeat(19), 'password_length'],
    ['lone surrogate \ud800', 'text_not_well_formed'],
    ['Alice.Smith@example.org', 'password_is_name'],
    ['ALICE.SMITH', 'password_is_name'],
    ['alice of the north', 'password_is_name'],
    ['alice of the north 1', 'accepted'],
  ])('%j is %s', (password, expected) => {
    expect(ruleOf(() => assertAcceptablePassword(password, OWNER))).toBe(expected);
  });
});
