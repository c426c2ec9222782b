import { RuleViolation } from '../rule-violation.ts';
import { assertStorableText, codePoints, utf8Bytes } from '../text/text.ts';

export type MessageId = string & { readonly __brand: 'MessageId' };

export const CONTENT_CHARS_MAX = 4_000;
export const CONTENT_BYTES_MAX = 16_384;

/** The text that is stored, broadcast and read back, byte for byte: trimmed once, here. */
export function composeContent(raw: string): string {
  const content = raw.trim();
  if (content.length === 0) throw new RuleViolation('content_empty');
  assertStorableText(content);
  // A string of n UTF-16 units has at most n code points and 3n bytes, so most messages are not measured at all.
  if (content.length > CONTENT_CHARS_MAX && codePoints(content) > CONTENT_CHARS_MAX) {
    throw new RuleViolation('content_too_long');
  }
  if (content.length * 3 > CONTENT_BYTES_MAX && utf8Bytes(content) > CONTENT_BYTES_MAX) {
    throw new RuleViolation('content_too_long');
  }
  return content;
}
