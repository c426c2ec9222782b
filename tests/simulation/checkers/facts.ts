import type { Fact, Timed } from '../history.ts';

export type FactOf<K extends Fact['kind']> = Timed<Extract<Fact, { kind: K }>>;

export const isKind =
  <K extends Fact['kind']>(kind: K) =>
  (fact: Timed): fact is FactOf<K> =>
    fact.kind === kind;

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
