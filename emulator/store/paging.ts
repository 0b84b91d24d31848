import { createHmac } from 'node:crypto';
import { invalid } from '../errors';

/** A value by which a list is sorted. Strings compare by code unit, numbers by value. */
export type SortKey = string | number;

/**
 * How a list is cut into pages: by keys that never change, so that a page neither loses nor repeats an item that is in
 * the list all the time.
 */
export interface Paging<Item> {
  /** The list that a token belongs to: the operation and its filters. A token of another list is refused. */
  readonly scope: string;
  /** Sort keys, the most important first; the last one is unique. Greatest first, as all lists of the service are. */
  keys(item: Item): readonly SortKey[];
  readonly pageSize: number;
  readonly token?: string;
  /** Whether an invalid token gives the first page instead of 400. */
  readonly forgiving: boolean;
  /** Signs tokens. */
  readonly secret: string;
}

/** One page, and the token of the next if there is one. @throws ServiceError 400 for a token of no or another list */
export function pageOf<Item>(items: readonly Item[], paging: Paging<Item>): { page: Item[]; nextToken?: string } {
  const sorted = items
    .map((item) => ({ item, keys: paging.keys(item) }))
    .sort((left, right) => compareDescending(left.keys, right.keys));
  const after = paging.token ? readToken(paging.token, paging) : undefined;
  const rest = after ? sorted.filter(({ keys }) => compareDescending(after, keys) < 0) : sorted;
  const page = rest.slice(0, paging.pageSize);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return { page: page.map(({ item }) => item), ...(more ? { nextToken: writeToken(last.keys, paging) } : {}) };
}

function compareDescending(left: readonly SortKey[], right: readonly SortKey[]): number {
  for (const [at, leftKey] of left.entries()) {
    const rightKey = right[at];
    if (leftKey !== rightKey) {
      return leftKey > rightKey! ? -1 : 1;
    }
  }
  return 0;
}

function writeToken(keys: readonly SortKey[], { scope, secret }: Pick<Paging<never>, 'scope' | 'secret'>): string {
  const payload = JSON.stringify(keys);
  const seal = createHmac('sha256', secret).update(`${scope}\n${payload}`).digest('base64url').slice(0, 16);
  return Buffer.from(JSON.stringify([payload, seal])).toString('base64url');
}

function readToken(
  token: string,
  paging: Pick<Paging<never>, 'scope' | 'secret' | 'forgiving'>,
): SortKey[] | undefined {
  try {
    const [payload] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [string];
    const keys = JSON.parse(payload) as SortKey[];
    // The whole token must be the one that this list would write: Base64 decoding ignores characters.
    if (writeToken(keys, paging) === token) {
      return keys;
    }
  } catch {
    // Not a token of ours; it is refused below.
  }
  if (paging.forgiving) {
    return undefined;
  }
  throw invalid(['nextToken is not a token of this list']);
}
