#!/usr/bin/env -S node --max-semi-space-size=32
import { processIo } from './cli/process-io.ts';
import { runCli } from './cli/run-cli.ts';

const { io, flushed } = processIo();
const exitCode = await runCli(process.argv.slice(2), io);
await flushed();
// What a library left open must not keep a command that is done from ending.
process.exit(exitCode);
