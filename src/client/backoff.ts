const FIRST_MS = 500;
const MOST_MS = 20_000;

/**
 * How long to wait before trying again, after so many failures (0: one). Any time up to a bound that doubles, so that
 * many clients do not come at once; never less than the server asked for.
 */
export function backoffMs(failures: number, random: () => number, atLeastMs = 0): number {
  const bound = Math.min(MOST_MS, FIRST_MS * 2 ** failures);
  return atLeastMs + Math.round(random() * bound);
}
