/** Scripts in everyday use (UAX 31, table 5). Others have letters that look like these and hardly any living names. */
const SCRIPTS = [
  ...['Latin', 'Cyrillic', 'Greek', 'Arabic', 'Armenian', 'Bengali', 'Devanagari', 'Ethiopic', 'Georgian', 'Gujarati'],
  ...['Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao', 'Malayalam', 'Myanmar', 'Oriya', 'Sinhala', 'Tamil', 'Telugu'],
  ...['Thaana', 'Thai', 'Tibetan', 'Han', 'Hangul', 'Hiragana', 'Katakana', 'Bopomofo'],
] as const;

/** Scripts that are written together, in Japan, Taiwan and Korea, and with Latin letters among them. */
const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
] as const;

// Digits, punctuation, emoji and the marks that go with any letter belong to no script.
const textOf = (scripts: readonly string[]): RegExp =>
  new RegExp(`^[${['Zyyy', 'Zinh', ...scripts].map((name) => `\\p{scx=${name}}`).join('')}]*$`, 'u');

const COVERS: readonly RegExp[] = [...TOGETHER, ...SCRIPTS.map((script) => [script])].map(textOf);

/**
 * Whether a reader would take all letters for those of one language (UTS 39, "highly restrictive"). A Cyrillic letter
 * among Latin ones is there to be mistaken for one.
 */
export const isOfOneScript = (text: string): boolean => COVERS.some((cover) => cover.test(text));
