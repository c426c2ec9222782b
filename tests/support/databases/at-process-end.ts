const cleanups = new Set<() => unknown>();
let listening = false;

/**
 * Registers synchronous work for the moment this process ends, also when a signal ends it.
 * The returned function withdraws it.
 */
export function atProcessEnd(cleanup: () => unknown): () => void {
  listen();
  cleanups.add(cleanup);
  return () => void cleanups.delete(cleanup);
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.on('exit', cleanUp);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const onSignal = () => {
      // Another listener is taking the process down in its own way, and 'exit' follows.
      if (process.listenerCount(signal) > 1) return;
      cleanUp();
      process.off(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}

function cleanUp(): void {
  // The newest first: a server is to be gone before its directory is removed.
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch (error) {
      console.error(error);
    }
  }
  cleanups.clear();
}
