/** The two server products that the SQL adapters are tested on, besides SQLite. */
export const flavours = ['mysql', 'mariadb'] as const;

export type Flavour = (typeof flavours)[number];

export const productNames: Record<Flavour, string> = { mysql: 'MySQL', mariadb: 'MariaDB' };

/** Why there is no server, in words for the person who reads the test report. */
export interface Missing {
  readonly missing: string;
}

/** A running server: an administrator's URL without a database name, and a name such as 'MySQL 9.7.1'. */
export interface ServerAddress {
  readonly url: string;
  readonly server: string;
}

export type ProvidedServer = ServerAddress | Missing;

/** An installed server program; with `chroot`, `binary` is a path inside that directory tree. */
export interface ServerBinary {
  readonly flavour: Flavour;
  readonly binary: string;
  readonly version: string;
  readonly chroot?: string;
}

export function isMissing<T extends object>(value: T | Missing): value is Missing {
  return 'missing' in value;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Progress goes to stderr, because serve.ts prints its URL, and nothing else, to stdout.
export function note(text: string): void {
  console.error(`[databases] ${text}`);
}

declare module 'vitest' {
  export interface ProvidedContext {
    databases: Record<Flavour, ProvidedServer>;
  }
}
