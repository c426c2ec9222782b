import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { CliIo } from '../../../src/main/cli/cli-io.ts';
import { lineOf, progress } from '../../../src/main/cli/progress.ts';

function watched(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 60 });
  const io = { env: {}, stdin: new PassThrough(), stdout: new PassThrough(), stderr } satisfies CliIo;
  let nowMs = 0;
  const bar = progress(io, 'work', () => nowMs);
  return { bar, after: (ms: number) => (nowMs += ms), written: () => String(stderr.read() ?? '') };
}

it('says how much is done, how fast, and how long it will take', () => {
  expect(lineOf('work', 250_000, 1_000_000, 10_000)).toBe(
    'work [######------------------] 25 % 250,000/1,000,000, 25,000/s, 30 s left',
  );
  expect(lineOf('work', 1, 10_000, 1_000)).toContain('1/s, 2 h 47 min left');
  expect(lineOf('work', 0, 0, 0)).toContain('100 % 0/0, 0/s');
});

it('draws over itself on a terminal, no wider than it, and ends with the last state', () => {
  const { bar, after, written } = watched(true);
  bar.at(1, 4);
  bar.at(2, 4);
  expect(written().match(/\r/g)).toHaveLength(1);
  after(100);
  bar.at(3, 4);
  bar.at(4, 4);
  bar.end();
  const lines = written().split('\r').slice(1);
  expect(lines[0]).toContain('75 % 3/4');
  expect(lines[1]).toMatch(/100 % 4\/4.*\n$/s);
  for (const line of lines) expect(line.replace('\u001b[K', '').trimEnd().length).toBeLessThan(60);
});

it('writes a line every ten seconds where there is no terminal, and nothing about short work', () => {
  const { bar, after, written } = watched(false);
  bar.at(1, 4);
  expect(written()).toBe('');
  after(10_000);
  bar.at(2, 4);
  bar.at(3, 4);
  bar.end();
  expect(written()).toBe('work [############------------] 50 % 2/4, 0/s\n');
});
