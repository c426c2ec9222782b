import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout } from 'node:timers';

// Loaded into a server before anything else; says at its end how long its event loop was ever held up.
const delay = monitorEventLoopDelay({ resolution: 10 });
const STARTED_MS = 2_000;
// Loading the modules is not what anybody wants to know.
setTimeout(() => delay.enable(), STARTED_MS).unref();
process.on('exit', () => writeSync(1, `\nloop delay max ${(delay.max / 1e6).toFixed(0)} ms\n`));
