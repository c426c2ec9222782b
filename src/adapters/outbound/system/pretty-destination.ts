import type { LogDestination } from './pino-logger.ts';

interface PrettyOptions {
  readonly colors: boolean;
  /** Standard output when absent. */
  readonly to?: NodeJS.WritableStream;
}

/** Lines for somebody who reads along: time, level, words, and what belongs to them below. */
export async function prettyDestination({ colors, to }: PrettyOptions): Promise<LogDestination> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    colorize: colors,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    singleLine: true,
    destination: to ?? 1,
  });
}
