import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors';

/** Bytes: API payload (User Guide, limits). */
const LARGEST_BODY = 10 * 1024 * 1024;

/** Levels. No request of this API nests deeper than about ten. */
const DEEPEST_NESTING = 64;

/**
 * Reads a body. One that is too large is read to its end too, so that the client receives the error.
 * @throws ServiceError 413
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) {
      chunks.push(chunk);
    }
  }
  if (size > LARGEST_BODY) {
    throw new ServiceError('RequestEntityTooLargeException', 413, `The body must have at most ${LARGEST_BODY} bytes.`);
  }
  return Buffer.concat(chunks).toString();
}

/**
 * Parses a JSON object. An empty body is an empty object. `null` members count as absent, as with the service.
 * @throws ServiceError 400
 */
export function parseJson(text: string): Record<string, unknown> {
  if (text.trim() === '') {
    return {};
  }
  let value: unknown;
  try {
    value = withoutNulls(JSON.parse(text), DEEPEST_NESTING);
  } catch (error) {
    throw unreadable(error instanceof TooDeep ? 'is nested too deep' : 'is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable('must be a JSON object');
  }
  return value as Record<string, unknown>;
}

class TooDeep extends Error {}

function unreadable(problem: string): ServiceError {
  return new ServiceError('SerializationException', 400, `The body ${problem}.`);
}

function withoutNulls(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (levels === 0) {
    throw new TooDeep();
  }
  if (Array.isArray(value)) {
    return value.map((item) => withoutNulls(item, levels - 1));
  }
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    // Assigning to __proto__ would set the prototype.
    if (member !== null && name !== '__proto__') {
      kept[name] = withoutNulls(member, levels - 1);
    }
  }
  return kept;
}
