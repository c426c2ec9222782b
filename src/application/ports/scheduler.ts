export type Cancel = () => void;

export interface Scheduler {
  /**
   * Runs `task` once, `delayMs` or later from now, never before the caller's turn ends. The returned function cancels
   * it; cancelling twice or too late does nothing. A pending task does not keep the process alive. A task that throws
   * or rejects is reported, never fatal.
   */
  after(delayMs: number, task: () => void | Promise<void>): Cancel;
}
