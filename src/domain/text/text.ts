import { RuleViolation } from '../rule-violation.ts';

// NUL ends a C string somewhere below us, the other C0 and C1 controls drive terminals and logs.
// Tab, line feed and carriage return are ordinary in a message.
// eslint-disable-next-line no-control-regex
const CONTROL_IN_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
// In a one-line name nothing invisible is ordinary: controls, format characters (bidi overrides, zero-width), line
// separators.
const INVISIBLE_IN_NAME = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;

/** Length in bytes when encoded as UTF-8. A lone surrogate counts as the three bytes of U+FFFD. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(index + 1))) {
      // A pair is four bytes: two units were counted as one each, and two more are due.
      index += 1;
    }
  }
  return bytes;
}

const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** Length in code points: an astral character counts once, a lone surrogate once. */
export function codePoints(text: string): number {
  return Array.from(text).length;
}

/**
 * Refuses text that a store could not give back unchanged: a lone surrogate becomes U+FFFD in UTF-8, so what was
 * broadcast would differ from what history returns.
 */
export function assertStorableText(text: string): void {
  if (!text.isWellFormed()) throw new RuleViolation('text_not_well_formed');
  if (CONTROL_IN_TEXT.test(text)) throw new RuleViolation('text_has_control_characters');
}

export function assertStorableName(text: string): void {
  if (!text.isWellFormed()) throw new RuleViolation('text_not_well_formed');
  if (INVISIBLE_IN_NAME.test(text)) throw new RuleViolation('text_has_control_characters');
}
