import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The product in a process of its own, as an operator runs it. */
export class ChildServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  #output = '';

  private constructor(port: number, env: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#child = spawn(process.execPath, ['--import', 'tsx', 'src/main/main.ts'], {
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: `${port}`, BCRYPT_COST: '4', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const gather = (chunk: Buffer) => (this.#output += chunk.toString());
    this.#child.stdout?.on('data', gather);
    this.#child.stderr?.on('data', gather);
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => ({ code, signal }));
  }

  /** Resolves when it is ready; rejects with what it printed when it exits instead. */
  static async start(port: number, env: Record<string, string> = {}): Promise<ChildServer> {
    const server = new ChildServer(port, env);
    let exit: Exit | undefined;
    void server.#exited.then((how) => (exit = how));
    while (exit === undefined) {
      const ready = await fetch(`${server.url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return server;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw Object.assign(new Error(server.#output), { exit });
  }

  /** Everything that it has printed. */
  get output(): string {
    return this.#output;
  }

  async end(signal: NodeJS.Signals): Promise<Exit> {
    this.#child.kill(signal);
    return this.#exited;
  }
}
