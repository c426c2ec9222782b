import { existsSync, rmSync } from 'node:fs';

// A stale file in dist would still be importable after its source is gone. The incremental state goes with it.
const buildInfo = 'node_modules/.cache/parley-build.tsbuildinfo';
if (!existsSync('dist/main/main.js') || !existsSync(buildInfo)) {
  rmSync('dist', { recursive: true, force: true });
  rmSync(buildInfo, { force: true });
}
