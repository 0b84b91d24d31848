import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors';

/** Far above what the largest request of these operations needs. */
const LARGEST_BODY = 1024 * 1024;

/** No request of this API nests deeper than about ten levels. */
const DEEPEST = 64;

/** Reads a body. One too large is read to its end all the same, so that the client is there to hear why. @throws ServiceError 413 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= LARGEST_BODY) chunks.push(chunk as Buffer);
  }
  if (size > LARGEST_BODY) {
    throw new ServiceError('RequestEntityTooLargeException', 413, `The body must have at most ${LARGEST_BODY} bytes.`);
  }
  return Buffer.concat(chunks).toString();
}

/** Parses a JSON object; an empty body is an empty object. `null` members count as absent, as with the service. @throws ServiceError 400 */
export function parseJson(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = withoutNulls(JSON.parse(text), DEEPEST);
  } catch (error) {
    throw new ServiceError(
      'SerializationException',
      400,
      error instanceof TooDeep ? 'The body is nested too deep.' : 'The body is not valid JSON.',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('SerializationException', 400, 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

class TooDeep extends Error {}

function withoutNulls(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) throw new TooDeep();
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth - 1));
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    // Assigning this name would set the prototype.
    if (member !== null && name !== '__proto__') kept[name] = withoutNulls(member, depth - 1);
  }
  return kept;
}
