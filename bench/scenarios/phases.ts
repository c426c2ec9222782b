import type { LoadResult, LoneResult, StreamResult } from '../load/spec.ts';

export function streamOf({ phases }: LoadResult): StreamResult {
  const found = phases.find((phase) => phase.kind === 'stream');
  if (found === undefined) throw new Error('The load had no stream.');
  return found;
}

export function loneOf({ phases }: LoadResult): LoneResult {
  const found = phases.find((phase) => phase.kind === 'lone');
  if (found === undefined) throw new Error('The load had no lone messages.');
  return found;
}

/** Who used the processor, for the line that is printed while the run goes on. */
export const coresOf = ({ cores }: StreamResult): string =>
  Object.entries(cores)
    .map(([name, used]) => `${name} ${used.toFixed(2)}`)
    .join(', ');
