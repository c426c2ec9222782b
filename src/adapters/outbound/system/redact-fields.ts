type Fields = Readonly<Record<string, unknown>>;

const REDACTED = '[redacted]';
const DEPTH_MAX = 6;
const VALUES_MAX = 500;
const STRING_CHARS_MAX = 8_192;
const LINE_CHARS_MAX = 65_536;

/** Compared with a key in lower case and without its punctuation: `x-api-key` and `xApiKey` are one. */
const SECRET_WORD =
  /pass(word|wd|phrase|code)?$|password|secret|token|authori[sz]ation|cookie|credential|apikey|privatekey|jwt|bearer/;
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...['invitecode', 'refreshdigest', 'codedigest', 'auth', 'pwd', 'otp', 'rawheaders'],
  // What people wrote to each other, under every name that it has on its way.
  ...['content', 'body', 'rawbody', 'payload', 'text'],
  // The statement that Sequelize hangs on its errors; it reaches a log when somebody spreads one.
  ...['sql', 'parameters', 'bind', 'replacements'],
]);
/** Fields of the line itself, which JSON readers would take from the last of two equal keys. */
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'pid', 'hostname']);
const JWT = /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g;
const URL_PASSWORD = /(:\/\/[^\s/:@"]{0,128}:)[^\s/@"]{1,512}@/g;

/** Text as it may stand in a log: of bounded length, without an access token or the password of a URL. */
export function redactText(text: string): string {
  const short = text.length > STRING_CHARS_MAX ? `${text.slice(0, STRING_CHARS_MAX)}…` : text;
  return short.replace(JWT, REDACTED).replace(URL_PASSWORD, `$1${REDACTED}@`);
}

/**
 * A copy that is safe to write out: secrets replaced at every depth, errors reduced to what they say of themselves,
 * size and depth bounded whatever came in. It never throws.
 */
export function redactFields(fields: Fields): Fields {
  const copied = new Copy().of(fields, 0);
  if (!isPlainCopy(copied)) return { value: copied };
  if (isError(fields)) return { err: copied };
  return Object.fromEntries(Object.entries(copied).map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value]));
}

const isPlainCopy = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isError = (value: unknown): value is Error => value instanceof Error;

function isSecretKey(key: string): boolean {
  const name = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SECRET_NAMES.has(name) || SECRET_WORD.test(name);
}

/** One walk over one line's fields. Its budgets end a walk through a socket, a cycle or a million entries. */
class Copy {
  #valuesLeft = VALUES_MAX;
  #charsLeft = LINE_CHARS_MAX;

  of(value: unknown, depth: number): unknown {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) return '[cut]';
    try {
      return this.#copy(value, depth);
    } catch {
      // A getter or a proxy threw.
      return '[unreadable]';
    }
  }

  #copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'bigint':
      case 'symbol':
        return this.#text(String(value));
      case 'function':
      case 'undefined':
        return undefined;
      case 'number':
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.#object(value, depth);
    }
  }

  #text(text: string): string {
    if (this.#charsLeft <= 0) return '[cut]';
    const copied = redactText(text);
    this.#charsLeft -= copied.length;
    return copied;
  }

  #object(value: object, depth: number): unknown {
    if (depth > DEPTH_MAX) return '[deep]';
    if (isError(value)) return this.#error(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
    if (Array.isArray(value)) return this.#array(value, depth);
    return this.#record(value, depth);
  }

  #array(values: readonly unknown[], depth: number): unknown[] {
    const copied: unknown[] = [];
    for (const value of values) {
      copied.push(this.of(value, depth + 1));
      if (this.#valuesLeft < 0) break;
    }
    return copied;
  }

  #record(value: object, depth: number): Fields {
    // Without a prototype a key named __proto__ is a key like any other.
    const copied = Object.create(null) as Record<string, unknown>;
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      const name = this.#text(key);
      copied[name] = isSecretKey(key) ? REDACTED : this.of(property(value, key), depth + 1);
      if (this.#valuesLeft < 0) break;
    }
    return copied;
  }

  /** An allow-list: Sequelize puts the statement and its parameters, with message text in them, on its errors. */
  #error(error: Error, depth: number): Fields {
    const code = codeOf(error) ?? codeOf(property(error, 'parent'));
    return {
      type: this.#text(error.name),
      message: this.#text(error.message),
      stack: this.#text(error.stack ?? ''),
      ...(code === undefined ? {} : { code: typeof code === 'string' ? this.#text(code) : code }),
      ...(error.cause === undefined ? {} : { cause: this.of(error.cause, depth + 1) }),
      ...(error instanceof AggregateError ? { errors: this.of(error.errors, depth + 1) } : {}),
    };
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Fields)[key] : undefined;
}

function codeOf(error: unknown): string | number | undefined {
  const code = property(error, 'code');
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}
