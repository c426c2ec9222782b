/** What a history breaks, by the name of the invariant. */
export interface Violation {
  readonly checker: 'C1' | 'C2' | 'C3' | 'C4' | 'C5' | 'C6' | 'C7' | 'C8' | 'C9' | 'C10' | 'C12';
  readonly what: string;
}
