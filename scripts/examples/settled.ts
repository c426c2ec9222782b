import type { Examples } from '../../src/contract/docs/examples.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const NOW = '2026-01-31T12:00:00.000Z';

/** What no two runs have in common, by the name of its field. */
const FIXED: Readonly<Record<string, unknown>> = {
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl',
  refreshToken: '018bcfe5-687b-7000-8000-0000000000ff.c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I',
  inviteCode: 'dGhlLWludml0ZS1jb2RlLQ',
  code: 'dGhlLWludml0ZS1jb2RlLQ',
  expiresAt: '2026-01-31T13:00:00.000Z',
  expiresIn: 3_600,
  retryAfterMs: 1_000,
  reconnectAfterMs: 1_500,
  uptimeSeconds: 42,
};
const ERROR_CODE = /^[A-Z_]+$/;

/** The same examples in every run: ids are counted as they come, times and secrets are always the same ones. */
export function settled(examples: Examples): Examples {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const known = ids.get(id) ?? `018bcfe5-687b-7000-8000-${(ids.size + 1).toString(16).padStart(12, '0')}`;
    ids.set(id, known);
    return known;
  };
  const settle = (key: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => settle('', item));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, settle(name, inner)]));
    }
    // An invite has a code, and so has an error, which stays what it is.
    const isErrorCode = key === 'code' && typeof value === 'string' && ERROR_CODE.test(value);
    if (value !== null && key in FIXED && !isErrorCode) return FIXED[key];
    if (typeof value !== 'string') return value;
    return TIME.test(value) ? NOW : value.replaceAll(UUID, idOf);
  };
  return settle('', examples) as Examples;
}
