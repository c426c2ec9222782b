import type { CliIo } from './cli-io.ts';

const BAR_CHARS = 24;
const REDRAW_MS = 100;
/** Where nobody watches, a line now and then is enough to see that it goes on. */
const LINE_MS = 10_000;

export interface Progress {
  /** `total` may be an estimate, and may change. */
  at(done: number, total: number): void;
  end(): void;
}

/** On standard error: a bar on a terminal, else a line every ten seconds. */
export function progress(io: CliIo, label: string, nowMs: () => number = () => performance.now()): Progress {
  const { stderr } = io;
  const startedMs = nowMs();
  let drawnMs = stderr.isTTY ? Number.NEGATIVE_INFINITY : startedMs;
  let last: readonly [number, number] | null = null;
  const draw = (done: number, total: number) => {
    const line = lineOf(label, done, Math.max(done, total), nowMs() - startedMs);
    stderr.write(stderr.isTTY ? `\r${line.slice(0, (stderr.columns ?? 80) - 1)}\u001b[K` : `${line}\n`);
    drawnMs = nowMs();
  };
  return {
    at(done, total) {
      last = [done, total];
      if (nowMs() - drawnMs >= (stderr.isTTY ? REDRAW_MS : LINE_MS)) draw(done, total);
    },
    end() {
      if (!stderr.isTTY || last === null) return;
      draw(...last);
      stderr.write('\n');
    },
  };
}

export function lineOf(label: string, done: number, total: number, elapsedMs: number): string {
  const share = total === 0 ? 1 : done / total;
  const full = Math.round(share * BAR_CHARS);
  const bar = '#'.repeat(full) + '-'.repeat(BAR_CHARS - full);
  const rate = elapsedMs > 0 ? Math.round((done * 1_000) / elapsedMs) : 0;
  const left = rate > 0 && done < total ? `, ${spanOf((total - done) / rate)} left` : '';
  const counts = `${done.toLocaleString('en')}/${total.toLocaleString('en')}`;
  return `${label} [${bar}] ${Math.floor(share * 100)} % ${counts}, ${rate.toLocaleString('en')}/s${left}`;
}

function spanOf(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
