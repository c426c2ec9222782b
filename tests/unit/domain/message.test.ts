import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeContent } from '../../../src/domain/message/message.ts';
import { RuleViolation } from '../../../src/domain/rule-violation.ts';
import { codePoints, utf8Bytes } from '../../../src/domain/text/text.ts';

const ruleOf = (text: string): string => {
  try {
    composeContent(text);
  } catch (error) {
    if (error instanceof RuleViolation) return error.rule;
    throw error;
  }
  return 'accepted';
};

describe('the content of a message', () => {
  it.each([
    ['', 'content_empty'],
    [' \n\t ', 'content_empty'],
    ['x'.repeat(4_000), 'accepted'],
    ['x'.repeat(4_001), 'content_too_long'],
    [`  ${'x'.repeat(4_000)}  `, 'accepted'],
    ['😀'.repeat(4_000), 'accepted'],
    ['😀'.repeat(4_001), 'content_too_long'],
    ['é'.repeat(4_000), 'accepted'],
    ['line\nbreak\r\nand\ttab', 'accepted'],
    ['nul\u0000byte', 'text_has_control_characters'],
    ['escape \u001b[31m', 'text_has_control_characters'],
    ['c1 \u0085', 'text_has_control_characters'],
    ['lone \ud83d surrogate', 'text_not_well_formed'],
    ['\udc00', 'text_not_well_formed'],
    ['bidi \u202e and zero \u200d width', 'accepted'],
  ])('%j is judged %s', (text, expected) => {
    expect(ruleOf(text)).toBe(expected);
  });

  it('is trimmed and otherwise untouched', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), (text) => {
        if (ruleOf(text) === 'accepted') expect(composeContent(text)).toBe(text.trim());
      }),
    );
  });
});

it('counts bytes as UTF-8 does, and characters as code points', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
      expect(codePoints(text)).toBe([...text].length);
    }),
  );
});
