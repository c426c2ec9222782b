import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atProcessEnd } from '../../tests/support/databases/at-process-end.ts';
import { freePort } from '../../tests/support/databases/system.ts';

export interface Program {
  readonly name: string;
  readonly file: string;
  /** Options of Node. */
  readonly options?: readonly string[];
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where to write a profile of the processor when it ends. */
  readonly profileDirectory?: string | undefined;
}

export interface ServerHandle {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Makes it forget its garbage, so that its memory is what it needs. */
  collectGarbage(): Promise<void>;
  stop(): Promise<void>;
}

const startLimitMs = 30_000;
const stopLimitMs = 15_000;

// Programs that are measured need not know of this: the signal is theirs to be collected by.
const collector = 'data:text/javascript,process.on("SIGUSR2",()=>{for(let i=0;i<3;i++)globalThis.gc()})';

function nodeArguments({ name, options = [], profileDirectory }: Program): string[] {
  const always = [...options, '--expose-gc', '--import', collector];
  if (profileDirectory === undefined) return always;
  const directory = join(profileDirectory, name.replaceAll(' ', '-'));
  mkdirSync(directory, { recursive: true });
  return [...always, '--cpu-prof', `--cpu-prof-dir=${directory}`];
}

/** The environment of the benchmark itself must not reach what is measured. */
function environmentOf({ environment = {} }: Program): NodeJS.ProcessEnv {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  return { PATH, HOME, ...(TMPDIR === '' ? {} : { TMPDIR }), ...environment };
}

/** Starts a server of Node on a free port, and waits until it answers. */
export async function startNodeServer(program: Program): Promise<ServerHandle> {
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeArguments(program), program.file, ...(program.args ?? [])], {
    env: { ...environmentOf(program), PORT: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = keepLastWords(child);
  killAtEnd(child);
  const limit = performance.now() + startLimitMs;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > limit) {
      child.kill('SIGKILL');
      throw new Error(`${program.name} did not start:\n${output()}`);
    }
    await sleep(50);
  }
  return {
    name: program.name,
    port,
    pid: child.pid ?? 0,
    collectGarbage: async () => {
      child.kill('SIGUSR2');
      await sleep(500);
    },
    stop: async () => end(child),
  };
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/ready`).then(
    // Any answer of a server that has not got this path means that it listens.
    ({ status }) => status === 200 || status === 404,
    () => false,
  );
}

/** Ends it the ordinary way first, because only then it writes its profile. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await ended;
  clearTimeout(timer);
}

/** Runs a program to its end and returns what it printed. */
export async function runNode(program: Program): Promise<string> {
  const child = spawn(process.execPath, [program.file, ...(program.args ?? [])], {
    env: environmentOf(program),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = keepLastWords(child);
  killAtEnd(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program.name} failed:\n${output()}`);
  return output();
}

export interface GeneratorProcess {
  readonly child: ChildProcess;
  readonly stop: () => Promise<void>;
}

export function forkGenerator(program: Program): GeneratorProcess {
  const child = fork(program.file, {
    env: environmentOf(program),
    execArgv: nodeArguments(program),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  killAtEnd(child);
  return { child, stop: async () => end(child) };
}

function keepLastWords(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

function killAtEnd(child: ChildProcess): void {
  const forget = atProcessEnd(() => child.kill('SIGKILL'));
  child.once('exit', forget);
}
