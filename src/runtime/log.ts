import { format } from 'node:util';
import type { Redactor } from './redaction';

/** Collects the lines of one invocation, redacted as they come. Whatever it is given, it does not throw. */

export type Fields = Record<string, unknown>;

/** What a handler gets: the library's `log`, and a way to name what the invocation is about. */
export interface Logger {
  /**
   * `log('text', { some: 'fields' })` adds the fields to the line. Other arguments are formatted into the text as
   * console.log does; of an Error the name, message and stack become fields.
   */
  log(message?: unknown, ...rest: unknown[]): void;
  /** From here on every line of this invocation, the runtime's own included, carries these fields. */
  bind(fields: Fields): void;
}

export interface Line {
  /** Epoch milliseconds. */
  time: number;
  fields: Fields;
}

const MAX_DEPTH = 8;
const MAX_NODES = 2_000;
const MAX_TEXT = 16_384;
const MAX_LINES = 1_000;

/** Beyond it, text is not even looked at. */
const MAX_READ = 8 * MAX_TEXT;

class Writer {
  #nodes = 0;
  readonly #above = new Set<object>();

  constructor(private readonly redactor: Redactor) {}

  text(text: string): string {
    const shown = this.redactor.text(text.slice(0, MAX_READ));
    if (shown.length <= MAX_TEXT && text.length <= MAX_READ) return shown;
    return `${shown.slice(0, MAX_TEXT)}… (cut; ${text.length} characters)`;
  }

  /** A copy that JSON can hold, redacted, without what cannot be read. */
  value(value: unknown): unknown {
    try {
      return this.#value(value);
    } catch {
      return '(unreadable)';
    }
  }

  #value(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number': {
        const plain = String(value);
        const shown = this.text(plain);
        return shown === plain && Number.isFinite(value) ? value : shown;
      }
      case 'bigint':
      case 'symbol':
        return this.text(String(value));
      case 'function':
        return '(function)';
      case 'object':
        return value === null ? null : this.#object(value);
      default:
        return value;
    }
  }

  #object(value: object): unknown {
    if (this.#above.has(value)) return '(circular)';
    if (this.#above.size >= MAX_DEPTH) return '(deeper)';
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) return '(more)';
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(invalid date)' : value.toISOString();
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
    this.#above.add(value);
    try {
      if (Array.isArray(value) || value instanceof Set) return this.#list(value);
      if (value instanceof Map) return this.#entries([...value].map(([key, item]) => [String(key), () => item]));
      const keys = Object.keys(value);
      if (value instanceof Error) keys.unshift(...['name', 'message', 'stack', 'cause'].filter((key) => key in value));
      return this.#entries(keys.map((key) => [key, () => (value as Fields)[key]]));
    } finally {
      this.#above.delete(value);
    }
  }

  #list(items: Iterable<unknown>): unknown[] {
    const list: unknown[] = [];
    for (const item of items) {
      if (this.#nodes > MAX_NODES) break;
      this.#nodes += 1;
      list.push(this.value(item) ?? null);
    }
    return list;
  }

  #entries(entries: readonly (readonly [string, () => unknown])[]): Fields {
    const fields: Fields = {};
    for (const [key, read] of entries) {
      if (this.#nodes > MAX_NODES) break;
      this.#nodes += 1;
      let item: unknown;
      try {
        item = this.value(read());
      } catch {
        item = '(unreadable)';
      }
      if (item !== undefined)
        Object.defineProperty(fields, this.text(key), { value: item, enumerable: true, configurable: true });
    }
    return fields;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);

export class InvocationLog implements Logger {
  readonly lines: Line[] = [];
  #dropped = 0;
  readonly #about: Fields;
  #bound: Fields = {};

  constructor(
    private readonly redactor: Redactor,
    private readonly now: () => number,
    about: Fields,
  ) {
    this.#about = new Writer(redactor).value(about) as Fields;
  }

  log = (message?: unknown, ...rest: unknown[]): void => {
    try {
      this.#add(this.#read(message, rest));
    } catch {
      this.#add({ message: '(a line that could not be written)' });
    }
  };

  bind = (fields: Fields): void => {
    try {
      this.#bound = { ...this.#bound, ...(new Writer(this.redactor).value({ ...fields }) as Fields) };
    } catch {
      // a field that cannot be read names nothing
    }
  };

  redact(text: string): string {
    return this.redactor.text(text);
  }

  /** The line that tells how it ended; it has room even if all others were used up. */
  close(fields: Fields): Fields {
    if (this.#dropped > 0) this.#push({ message: `${this.#dropped} more lines were left out` });
    return this.#push(new Writer(this.redactor).value(fields) as Fields);
  }

  #read(message: unknown, rest: readonly unknown[]): Fields {
    const writer = new Writer(this.redactor);
    if (rest.at(-1) === undefined && rest.length > 0) return this.#read(message, rest.slice(0, -1));
    if (rest.length === 1 && isFields(rest[0]) && !(typeof message === 'string' && /%[sdifjoOc]/.test(message))) {
      return { ...(writer.value(rest[0]) as Fields), ...this.#head(writer, message) };
    }
    const error = rest.find((item) => item instanceof Error);
    if (rest.length === 0 || (rest.length === 1 && error)) {
      return { ...this.#head(writer, message), ...(error && { error: writer.value(error) }) };
    }
    const shown = [message, ...rest].map((item) => (item instanceof Error ? item.message : writer.value(item)));
    // Redacted once more: formatting can join what was harmless apart.
    return { message: writer.text(format(...shown)), ...(error && { error: writer.value(error) }) };
  }

  #head(writer: Writer, message: unknown): Fields {
    if (message instanceof Error)
      return { message: writer.text(String(message.message)), error: writer.value(message) };
    if (isFields(message) || Array.isArray(message)) return { message: '', data: writer.value(message) };
    return { message: writer.text(String(message)) };
  }

  #add(fields: Fields): void {
    if (this.lines.length < MAX_LINES) this.#push(fields);
    else this.#dropped += 1;
  }

  #push(fields: Fields): Fields {
    const time = Math.max(this.now(), this.lines.at(-1)?.time ?? 0);
    const stamp = { time: new Date(time).toISOString() };
    const line: Fields = Object.assign({ ...stamp }, this.#bound, fields, this.#about, stamp);
    this.lines.push({ time, fields: line });
    return line;
  }
}
