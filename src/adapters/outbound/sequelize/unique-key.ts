import { createHash } from 'node:crypto';

const KEY_CHARS_MAX = 190;

/**
 * A folded name as its unique column can hold it. Folding makes single characters up to 18 long, more than an index of
 * MySQL takes; such a key is replaced by its digest, which is equal exactly when the keys are.
 */
export function boundedKey(key: string): string {
  if (key.length <= KEY_CHARS_MAX) return key;
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}
