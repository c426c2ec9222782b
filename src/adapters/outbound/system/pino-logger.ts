import pino from 'pino';
import type { Logger, Tracer } from '../../../application/ports/index.ts';
import { redactFields, redactText } from './redact-fields.ts';

/** Bytes that wait for a sink that does not read. Beyond them lines are dropped: a log must not eat the memory. */
const BACKLOG_BYTES_MAX = 4 * 1_024 * 1_024;

/**
 * What JSON leaves as it is and a terminal or a line reader acts upon: DEL, the C1 controls (CSI is one of them), line
 * separators and bidi controls. Below U+0020 JSON escapes by itself.
 */
const ACTIVE_CHARACTERS = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogDestination {
  /** One line of JSON with its line end. May throw: the line is lost then. */
  write(line: string): unknown;
}

export interface PinoLoggerOptions {
  readonly level: LogLevel;
  /** Standard output when absent. */
  readonly destination?: LogDestination;
  /** Lines say in which trace they were written. */
  readonly tracer?: Pick<Tracer, 'current'>;
}

/** JSON lines by pino, redacted. */
export function createPinoLogger({ level, destination = standardOutput(), tracer }: PinoLoggerOptions): Logger {
  hearErrors(destination);
  const target = pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are plain objects when they get here, and pino would rename what looks like one.
      serializers: { err: (error: unknown) => error },
      ...(tracer && { mixin: () => traceOf(tracer) }),
    },
    { write: (line) => void destination.write(line.replace(ACTIVE_CHARACTERS, escapeUnit)) },
  );
  const at = (method: keyof Logger) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    try {
      if (target.isLevelEnabled(method)) target[method](redactFields(fields), redactText(message));
    } catch {
      // There is nowhere left to report a log that cannot be written.
    }
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const traceOf = (tracer: Pick<Tracer, 'current'>): object => {
  const step = tracer.current();
  return step === null ? {} : { trace_id: step.traceId, span_id: step.spanId };
};

/** Written beside the event loop: a reader that stalls must stall the log and not the chat. Flushed at exit by pino. */
const standardOutput = (): LogDestination => pino.destination({ dest: 1, sync: false, maxLength: BACKLOG_BYTES_MAX });

/** An `error` event that nobody hears ends the process. */
function hearErrors(destination: LogDestination): void {
  if ('on' in destination && typeof destination.on === 'function') {
    (destination.on as (event: string, hear: () => void) => void).call(destination, 'error', () => undefined);
  }
}

const escapeUnit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
