import { createHmac } from 'node:crypto';
import { invalid } from '../errors';

/** How a list is walked: by a key that never changes, so that a page neither loses nor repeats what is there all along. */
export interface Walk<T> {
  /** What the token is good for: the operation and its filters. A token of another list is refused. */
  scope: string;
  /** Sort keys, first the more important; ties end at the id. Strings compare by code unit, numbers by value. */
  keys(item: T): (string | number)[];
  /** Greatest first for every key, as all lists of the service are ordered. */
  pageSize: number;
  token?: string;
  /** Whether a token that is none begins at the first page instead of 400. */
  forgiving: boolean;
  secret: string;
}

/** One page, and the token for the next if there is one. @throws ServiceError 400 for a token that this list did not give */
export function pageOf<T>(items: T[], walk: Walk<T>): { page: T[]; nextToken?: string } {
  const sorted = items.map((item) => ({ item, keys: walk.keys(item) })).sort((a, b) => descending(a.keys, b.keys));
  const after = walk.token ? readToken(walk.token, walk) : undefined;
  const rest = after ? sorted.filter(({ keys }) => descending(after, keys) < 0) : sorted;
  const page = rest.slice(0, walk.pageSize);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return { page: page.map(({ item }) => item), ...(more ? { nextToken: writeToken(last.keys, walk) } : {}) };
}

function descending(a: (string | number)[], b: (string | number)[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const [left, right] = [a[at], b[at]];
    if (left !== right) return left! > right! ? -1 : 1;
  }
  return 0;
}

function writeToken(keys: (string | number)[], walk: { scope: string; secret: string }): string {
  const payload = JSON.stringify(keys);
  return Buffer.from(JSON.stringify([payload, seal(payload, walk)])).toString('base64url');
}

function readToken(
  token: string,
  walk: { scope: string; secret: string; forgiving: boolean },
): (string | number)[] | undefined {
  try {
    const [payload] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [string];
    const keys = JSON.parse(payload) as (string | number)[];
    // The whole token must be the one that this list would write: decoding alone overlooks characters.
    if (writeToken(keys, walk) === token) return keys;
  } catch {
    // Not one of ours: told below.
  }
  if (walk.forgiving) return undefined;
  throw invalid(['nextToken is not a token of this list']);
}

function seal(payload: string, walk: { scope: string; secret: string }): string {
  return createHmac('sha256', walk.secret).update(`${walk.scope}\n${payload}`).digest('base64url').slice(0, 16);
}
