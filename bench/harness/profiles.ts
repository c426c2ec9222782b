import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatColumns } from './table.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 25;

export interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

/** For each program the functions that it spent its own time in while it was measured, over all profiles that it left. */
export function printProfiles(directory: string, windows: readonly Window[]): void {
  if (!existsSync(directory)) return;
  for (const program of readdirSync(directory)) {
    const own = new Map<string, number>();
    const files = readdirSync(join(directory, program)).filter((name) => name.endsWith('.cpuprofile'));
    for (const file of files) {
      addSelfTimes(JSON.parse(readFileSync(join(directory, program, file), 'utf8')) as Profile, windows, own);
    }
    own.delete('(idle) ');
    const total = [...own.values()].reduce((sum, time) => sum + time, 0);
    const lines = [...own]
      .sort(([, a], [, b]) => b - a)
      .slice(0, shown)
      .map(([name, time]) => [`${((time * 100) / total).toFixed(1)} %`, name]);
    console.log(`\n${program}: where the time went that was not idle\n${formatColumns(['self', 'function'], lines)}`);
  }
}

function addSelfTimes(profile: Profile, windows: readonly Window[], own: Map<string, number>): void {
  const { nodes, startTime, samples, timeDeltas } = profile;
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.replace(/^.*\/(node_modules|dist|parley-bench)\//, '');
      return [id, `${functionName || '(anonymous)'} ${file}${file === '' ? '' : `:${lineNumber + 1}`}`];
    }),
  );
  let atUs = startTime;
  samples.forEach((id, index) => {
    atUs += timeDeltas[index] ?? 0;
    if (!windows.some(({ fromUs, toUs }) => fromUs <= atUs && atUs <= toUs)) return;
    const name = names.get(id) ?? '';
    own.set(name, (own.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
}
