const DAY_MS = 86_400_000;
const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const shortDay = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'short' });

const startOfDay = (date: Date): number => new Date(date).setHours(0, 0, 0, 0);
/** Rounded, because some days are an hour longer or shorter. */
const daysBetween = (earlier: Date, later: Date): number =>
  Math.round((startOfDay(later) - startOfDay(earlier)) / DAY_MS);

export const timeOf = (iso: string): string => time.format(new Date(iso));
export const fullTimeOf = (iso: string): string => full.format(new Date(iso));
export const isSameDay = (one: string, other: string): boolean =>
  startOfDay(new Date(one)) === startOfDay(new Date(other));

export function dayOf(iso: string, now = new Date()): string {
  const days = daysBetween(new Date(iso), now);
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : day.format(new Date(iso));
}

/** For a list: the time of today, the day of everything older. */
export function shortTimeOf(iso: string, now = new Date()): string {
  return daysBetween(new Date(iso), now) === 0 ? timeOf(iso) : shortDay.format(new Date(iso));
}

export function lastSeenOf(lastSeen: string | null, now = new Date()): string {
  if (lastSeen === null) return 'offline';
  const date = new Date(lastSeen);
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  if (minutes < 1) return 'last seen just now';
  if (minutes < 60) return `last seen ${minutes} min ago`;
  const days = daysBetween(date, now);
  if (days === 0) return `last seen at ${timeOf(lastSeen)}`;
  return days === 1 ? `last seen yesterday at ${timeOf(lastSeen)}` : `last seen ${shortDay.format(date)}`;
}
