import type { Writable } from 'node:stream';
import { EXIT } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';

export interface ProcessIo {
  readonly io: CliIo;
  /** Resolves when what was written has left the process. */
  readonly flushed: () => Promise<void>;
}

/** The streams of this process, each touched only when it is used: the server writes its log by another way. */
export function processIo(): ProcessIo {
  const used = new Set<Writable>();
  const use = <T extends Writable>(stream: T): T => {
    if (!used.has(stream)) {
      used.add(stream);
      // Whoever reads may have seen enough, as in `parley room export general | head`.
      stream.on('error', (error: NodeJS.ErrnoException) =>
        process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
      );
    }
    return stream;
  };
  const io: CliIo = {
    env: process.env,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return use(process.stdout);
    },
    get stderr() {
      return use(process.stderr);
    },
  };
  const flush = (stream: Writable) => new Promise<void>((resolve) => stream.write('', () => resolve()));
  return { io, flushed: async () => void (await Promise.all([...used].map(flush))) };
}
