import { PassThrough, Readable } from 'node:stream';
import { runCli } from '../../../src/main/cli/run-cli.ts';

export interface CliOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSurroundings {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  /** Somebody sits in front of it. */
  readonly terminal?: boolean;
}

/** The command line in this process, with an environment and streams of its own. */
export async function cli(args: readonly string[], given: CliSurroundings = {}): Promise<CliOutcome> {
  const { env = {}, stdin = '', terminal = false } = given;
  const collected = { stdout: '', stderr: '' };
  const collect = (name: keyof typeof collected) => {
    const stream = new PassThrough();
    stream.on('data', (data: Buffer) => (collected[name] += data.toString()));
    return Object.assign(stream, { isTTY: terminal, columns: 80 });
  };
  const io = {
    env,
    stdin: Object.assign(Readable.from(stdin === '' ? [] : [stdin]), { isTTY: terminal }),
    stdout: collect('stdout'),
    stderr: collect('stderr'),
  };
  const exitCode = await runCli(args, io);
  await new Promise((resolve) => setImmediate(resolve));
  return { exitCode, ...collected };
}
