type Fields = Readonly<Record<string, unknown>>;

/** Structured logging. Callers never pass a password, a token or message text. A failing sink never throws here. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}
