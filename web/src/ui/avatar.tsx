const HUES = 8;

/** The same colour for the same person, everywhere. */
function hueOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9_973;
  return sum % HUES;
}

export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '?')][0]?.toUpperCase() ?? '').join('');
}

interface AvatarProps {
  readonly id: string;
  readonly name: string;
  readonly size?: 'small' | 'large';
  /** Left out where it is not known or does not matter. */
  readonly online?: boolean;
}

/** A decoration: the name is written beside it. */
export const Avatar = ({ id, name, size = 'small', online }: AvatarProps) => (
  <span class={`avatar avatar-${size} hue-${hueOf(id)}`} aria-hidden="true">
    {initialsOf(name)}
    {online !== undefined && <span class={online ? 'dot dot-online' : 'dot'} />}
  </span>
);
