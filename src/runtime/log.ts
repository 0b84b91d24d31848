import { format } from 'node:util';
import type { Redactor } from './redaction';

/** Collects the lines of one invocation, redacted as they are written. It never throws, whatever it is given. */

export type Fields = Record<string, unknown>;

/** What a handler gets: the library's `log`, and a way to name what the invocation is about. */
export interface Logger {
  /**
   * `log('text', { some: 'fields' })` adds the fields to the line. Other arguments are formatted into the text as
   * console.log does; the name, message and stack of an Error become fields.
   */
  log(message?: unknown, ...rest: unknown[]): void;
  /** Adds fields to every later line of this invocation, the runtime's own included. */
  bind(fields: Fields): void;
}

export interface Line {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly fields: Fields;
}

const MAX_LEVELS = 8;
const MAX_VALUES = 2_000;
const MAX_TEXT = 16_384;
const MAX_LINES = 1_000;
/** Text beyond this is not even searched for secrets. */
const MAX_SEARCHED = 8 * MAX_TEXT;
const PLACEHOLDER = /%[sdifjoOc]/;

/** Copies the values of one line: what JSON can hold, redacted, within limits. */
class Copier {
  readonly #ancestors = new Set<object>();
  #values = 0;

  constructor(private readonly redactor: Redactor) {}

  text(text: string): string {
    const redacted = this.redactor.text(text.slice(0, MAX_SEARCHED));
    return redacted.length <= MAX_TEXT && text.length <= MAX_SEARCHED
      ? redacted
      : `${redacted.slice(0, MAX_TEXT)}… (cut; ${text.length} characters)`;
  }

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
      case 'number':
        return this.#number(value);
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

  #number(value: number): unknown {
    const text = String(value);
    const redacted = this.text(text);
    return redacted === text && Number.isFinite(value) ? value : redacted;
  }

  #object(value: object): unknown {
    if (this.#ancestors.has(value)) {
      return '(circular)';
    }
    if (this.#ancestors.size >= MAX_LEVELS) {
      return '(deeper)';
    }
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      return '(more)';
    }
    if (value instanceof Date) {
      return Number.isNaN(value.getTime()) ? '(invalid date)' : value.toISOString();
    }
    if (ArrayBuffer.isView(value)) {
      return `(${value.byteLength} bytes)`;
    }
    this.#ancestors.add(value);
    try {
      return this.#members(value);
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #members(value: object): unknown {
    if (Array.isArray(value) || value instanceof Set) {
      return this.#list(value);
    }
    if (value instanceof Map) {
      return this.#fields([...value.keys()].map((key) => [String(key), () => value.get(key)]));
    }
    const names = Object.keys(value);
    if (value instanceof Error) {
      names.unshift(...['name', 'message', 'stack', 'cause'].filter((name) => name in value));
    }
    return this.#fields(names.map((name) => [name, () => (value as Fields)[name]]));
  }

  #list(items: Iterable<unknown>): unknown[] {
    const list: unknown[] = [];
    for (const item of items) {
      if (this.#values > MAX_VALUES) {
        break;
      }
      this.#values += 1;
      list.push(this.value(item) ?? null);
    }
    return list;
  }

  #fields(members: readonly (readonly [name: string, read: () => unknown])[]): Fields {
    const entries: [string, unknown][] = [];
    for (const [name, read] of members) {
      if (this.#values > MAX_VALUES) {
        break;
      }
      this.#values += 1;
      entries.push([this.text(name), this.#read(read)]);
    }
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  /** Getters may throw. */
  #read(read: () => unknown): unknown {
    try {
      return this.value(read());
    } catch {
      return '(unreadable)';
    }
  }
}

export class InvocationLog implements Logger {
  readonly lines: Line[] = [];
  readonly #common: Fields;
  #bound: Fields = {};
  #dropped = 0;

  /**
   * @param now epoch milliseconds
   * @param common fields of every line, which no handler can overwrite
   */
  constructor(
    private readonly redactor: Redactor,
    private readonly now: () => number,
    common: Fields,
  ) {
    this.#common = this.#copy(common);
  }

  log(message?: unknown, ...rest: unknown[]): void {
    try {
      this.#add(this.#fieldsOf(message, rest));
    } catch {
      this.#add({ message: '(a line that could not be written)' });
    }
  }

  bind(fields: Fields): void {
    try {
      this.#bound = { ...this.#bound, ...this.#copy({ ...fields }) };
    } catch {
      // Fields that cannot be read are left out.
    }
  }

  /** Adds the line that says how the invocation ended, even if no other line would be taken. */
  close(fields: Fields): void {
    if (this.#dropped > 0) {
      this.#push({ message: `${this.#dropped} more lines were left out` });
    }
    this.#push(this.#copy(fields));
  }

  #copy(fields: Fields): Fields {
    return new Copier(this.redactor).value(fields) as Fields;
  }

  #fieldsOf(message: unknown, given: readonly unknown[]): Fields {
    const copier = new Copier(this.redactor);
    const rest = given.slice(0, given.findLastIndex((item) => item !== undefined) + 1);
    const [first] = rest;
    if (rest.length === 1 && isFields(first) && !(typeof message === 'string' && PLACEHOLDER.test(message))) {
      return { ...(copier.value(first) as Fields), ...messageFields(copier, message) };
    }
    const error = rest.find((item) => item instanceof Error);
    const errorField = error && { error: copier.value(error) };
    if (rest.length === 0 || (rest.length === 1 && error)) {
      return { ...messageFields(copier, message), ...errorField };
    }
    const formatted = format(
      ...[message, ...rest].map((item) => (item instanceof Error ? item.message : copier.value(item))),
    );
    // Redacted once more: pieces that are harmless apart can form a secret together.
    return { message: copier.text(formatted), ...errorField };
  }

  #add(fields: Fields): void {
    if (this.lines.length < MAX_LINES) {
      this.#push(fields);
    } else {
      this.#dropped += 1;
    }
  }

  #push(fields: Fields): void {
    const time = Math.max(this.now(), this.lines.at(-1)?.time ?? 0);
    const stamp = { time: new Date(time).toISOString() };
    this.lines.push({ time, fields: { ...stamp, ...this.#bound, ...fields, ...this.#common, ...stamp } });
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);
}

function messageFields(copier: Copier, message: unknown): Fields {
  if (message instanceof Error) {
    return { message: copier.text(String(message.message)), error: copier.value(message) };
  }
  if (typeof message === 'object' && message !== null) {
    return { message: '', data: copier.value(message) };
  }
  return { message: copier.text(String(message)) };
}
