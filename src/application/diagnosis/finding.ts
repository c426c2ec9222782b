/** `warn`: it works, until it does not. `fail`: it does not work, or not as promised. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** What a check of this installation has found. No secret and no address with an account is in it. */
export interface Finding {
  /** Names the check, for ever: a script may look for it. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly seen: string;
  /** What to do, and why; null when all is well. */
  readonly advice: string | null;
}

export const fine = (check: string, seen: string): Finding => ({ check, verdict: 'ok', seen, advice: null });

export const weak = (check: string, seen: string, advice: string): Finding => ({
  check,
  verdict: 'warn',
  seen,
  advice,
});

export const broken = (check: string, seen: string, advice: string): Finding => ({
  check,
  verdict: 'fail',
  seen,
  advice,
});
