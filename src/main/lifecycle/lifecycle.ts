interface Step {
  readonly name: string;
  close(): Promise<void>;
}

export interface CloseFailure {
  readonly name: string;
  readonly error: unknown;
}

/** Shutdown is the reverse of start-up. The container does not promise that, so the order is kept here. */
export class Lifecycle {
  readonly #opened: Step[] = [];
  #closing: Promise<readonly CloseFailure[]> | undefined;

  opened(name: string, close: () => Promise<void> | void): void {
    this.#opened.push({ name, close: async () => close() });
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Safe to call twice (SIGTERM, then SIGINT). Resolves to what failed or took too long; never rejects. */
  close(timeoutMs: number): Promise<readonly CloseFailure[]> {
    this.#closing ??= this.#run(timeoutMs);
    return this.#closing;
  }

  async #run(timeoutMs: number): Promise<readonly CloseFailure[]> {
    const failures: CloseFailure[] = [];
    for (const step of this.#opened.splice(0).reverse()) {
      try {
        await within(timeoutMs, step);
      } catch (error) {
        // One step that is stuck must not keep the others open.
        failures.push({ name: step.name, error });
      }
    }
    return failures;
  }
}

async function within(ms: number, step: Step): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${step.name} did not close within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([step.close(), late]);
  } finally {
    clearTimeout(timer);
  }
}
