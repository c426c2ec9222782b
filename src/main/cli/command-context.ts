import type { ExitCode } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';

/** What every command is given. A command that says nothing has gone well. */
export interface CommandContext {
  readonly io: CliIo;
  /** For a command that did what it was asked and has found something. */
  readonly end: (exitCode: ExitCode) => void;
}
