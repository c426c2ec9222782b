/** One request and what was answered, as they went over the wire. */
export interface HttpExample {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
  readonly reply?: unknown;
}

/** One of each operation and event, by their names in the contract. */
export interface Examples {
  readonly http: Readonly<Record<string, HttpExample>>;
  readonly clientEvents: Readonly<Record<string, { readonly payload: unknown; readonly ack: unknown }>>;
  readonly serverEvents: Readonly<Record<string, unknown>>;
}
