import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atProcessEnd } from './at-process-end.ts';
import { findProgram } from './system.ts';
import { reasonOf } from './types.ts';

export type Command = readonly [string, ...string[]];

export interface ProcessPlan {
  readonly command: Command;
  /** A directory of this process's own, removed with all that is in it by stop(). */
  readonly home: string;
  /** Rejects for as long as the server does not answer. */
  readonly ready: () => Promise<void>;
}

export interface ServerProcess {
  readonly pid: number;
  /** Ends the server with a signal, SIGKILL by default, and keeps its data for restart(). */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts the server again, on the same data and the same port, killing it first if it still runs. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

const startLimitMs = 120_000;

export async function startProcess(plan: ProcessPlan): Promise<ServerProcess> {
  let child = await launch(plan);
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    restart: async () => {
      await kill();
      child = await launch(plan);
    },
    stop: async () => {
      await kill();
      removeHome(plan.home);
    },
  };
}

/** Runs a program that prepares a server's directory, to its end; what it prints goes into the server's log. */
export async function prepareHome(home: string, command: Command): Promise<void> {
  const child = await spawnInHome(home, command, true);
  // The preparing program may be a script, so what it started has to end with it, before the directory is removed.
  const forget = atProcessEnd(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'));
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code !== 0) throw new Error(`it ended with ${signal ?? `code ${code}`}`);
  } catch (error) {
    throw await withLog(home, `${command[0]} did not succeed`, error);
  } finally {
    forget();
  }
}

async function launch({ command, home, ready }: ProcessPlan): Promise<ChildProcess> {
  const child = await spawnInHome(home, command, false);
  const forget = atProcessEnd(() => child.kill('SIGKILL'));
  child.once('exit', forget);
  const failure = new Promise<never>((_, reject) => child.once('error', reject));
  try {
    await Promise.race([failure, untilReady(child, ready)]);
    return child;
  } catch (error) {
    child.kill('SIGKILL');
    throw await withLog(home, `${command[0]} did not start`, error);
  }
}

async function spawnInHome(home: string, command: Command, detached: boolean): Promise<ChildProcess> {
  const [program, ...args] = [...(await dyingWithParent()), ...command];
  const log = openSync(logOf(home), 'a');
  try {
    return spawn(program ?? '', args, { stdio: ['ignore', log, log], detached });
  } finally {
    closeSync(log);
  }
}

async function withLog(home: string, what: string, error: unknown): Promise<Error> {
  const log = await readFile(logOf(home), 'utf8').catch(() => '');
  return new Error(`${what}: ${reasonOf(error)}\n${log.trim().split('\n').slice(-15).join('\n')}`, { cause: error });
}

function logOf(home: string): string {
  return join(home, 'server.log');
}

async function untilReady(child: ChildProcess, ready: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    const problem = await ready().then(
      () => undefined,
      (error: unknown) => new Error(reasonOf(error), { cause: error }),
    );
    if (hasEnded(child)) throw new Error(`it ended with ${child.signalCode ?? `code ${child.exitCode}`}`);
    if (problem === undefined) return;
    if (Date.now() > deadline) throw problem;
    await sleep(50);
  }
}

// Without it, a server would outlive a test run that is ended by SIGKILL.
async function dyingWithParent(): Promise<string[]> {
  const setpriv = process.platform === 'linux' ? await findProgram('setpriv') : undefined;
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--'];
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

const homePattern = /^parley-[a-z]+-(\d+)-\w+$/;
const dayMs = 24 * 3600 * 1000;

/** Makes a directory for one server, after removing what runs that were ended by SIGKILL have left there. */
export async function createHome(parent: string, label: string): Promise<string> {
  removeAbandoned(parent);
  const home = await mkdtemp(join(parent, `parley-${label}-${process.pid}-`));
  withdrawals.set(
    home,
    atProcessEnd(() => removeHome(home)),
  );
  return home;
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = homePattern.exec(name)?.[1];
    const path = join(parent, name);
    if (owner === undefined || isAlive(Number(owner)) || !isOld(path)) continue;
    try {
      removeHome(path);
    } catch {
      // It is another user's, who can remove it.
    }
  }
}

const withdrawals = new Map<string, () => void>();

export function removeHome(home: string): void {
  withdrawals.get(home)?.();
  withdrawals.delete(home);
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// A process identifier says nothing about another container that shares the directory, hence the day's grace.
function isOld(path: string): boolean {
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return changed !== undefined && Date.now() - changed > dayMs;
}
