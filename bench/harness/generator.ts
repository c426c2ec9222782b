import type { FromGenerator, LoadResult, LoadSpec, ToGenerator } from '../load/spec.ts';
import { forkGenerator, type Program } from './processes.ts';

/** Runs one load from its connections to its verification; `whileHolding` is called in a phase of that kind. */
export async function generateLoad(
  program: Program,
  spec: LoadSpec,
  whileHolding: () => Promise<void> = async () => undefined,
): Promise<LoadResult> {
  const { child, stop } = forkGenerator(program);
  const tell = (message: ToGenerator) => child.send(message);
  try {
    return await new Promise<LoadResult>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The load generator ended with code ${code}.`)));
      child.on('message', (message: FromGenerator) => {
        if (message.type === 'result') resolve(message.result);
        else if (message.type === 'failed') reject(new Error(message.reason));
        else whileHolding().then(() => tell({ type: 'release' }), reject);
      });
      tell({ type: 'load', spec });
    });
  } finally {
    await stop();
  }
}
