/** What a shell or a script learns of the outcome. Documented in docs/operations.md. */
export const EXIT = { ok: 0, failed: 1, usage: 2, found: 3, configuration: 78 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure with a sentence for whoever typed the command; `found` is for problems found and things not found. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
