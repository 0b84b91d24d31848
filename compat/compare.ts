import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AnswersByEvent } from './play';

/** A member in which the answers differ; undefined: it is absent. */
interface Difference {
  readonly member: string;
  readonly stock?: unknown;
  readonly ours?: unknown;
}

/** Differences that are expected without their values, so that messages and models can be improved. */
const LOOSE = {
  'other words': ({ stock, ours }: Difference) => typeof stock === 'string' && typeof ours === 'string',
  'other value': ({ stock, ours }: Difference) => stock !== undefined && ours !== undefined,
  'only stock': ({ stock, ours }: Difference) => stock !== undefined && ours === undefined,
  'only ours': ({ stock, ours }: Difference) => stock === undefined && ours !== undefined,
} as const;

type Expected = Omit<Difference, 'member'> | keyof typeof LOOSE;
type Members = Readonly<Record<string, Expected>>;

/** One kind of difference: in the answers to certain events, or in any answer that has exactly these values. */
interface Kind {
  readonly reason: string;
  readonly differences?: Readonly<Record<string, Members>>;
  readonly anywhere?: Members;
}

interface Listed {
  /** Undefined: any event. */
  readonly event?: string;
  readonly member: string;
  readonly expected: Expected;
  occurs: boolean;
}

export interface Judgement {
  /** The problems by event: differences that are not listed, and listed ones that do not occur. */
  readonly wrong: ReadonlyMap<string, readonly string[]>;
  readonly reasons: readonly string[];
  readonly listed: number;
}

/** @param kinds the content of differences.json */
export function judge(
  stock: AnswersByEvent,
  ours: AnswersByEvent,
  kinds: readonly Kind[] = JSON.parse(readFileSync(path.join(__dirname, 'differences.json'), 'utf8')),
): Judgement {
  const list = kinds.flatMap(listedOf);
  const wrong = new Map([...stock.keys(), ...ours.keys()].map((event): [string, string[]] => [event, []]));
  for (const [event, problems] of wrong) {
    for (const found of differencesOf(stock.get(event), ours.get(event))) {
      const candidates = list.filter((listed) => listed.member === found.member && (listed.event ?? event) === event);
      // What is listed for this very event comes before what is listed for any.
      candidates.sort((one, other) => Number(one.event === undefined) - Number(other.event === undefined));
      const match = candidates.find(({ expected }) => agrees(expected, found));
      if (match) {
        match.occurs = true;
      } else {
        problems.push(`${found.member || 'the answer'}: stock ${shown(found.stock)}, ours ${shown(found.ours)}`);
      }
    }
  }
  for (const { event = 'any event', member } of list.filter(({ occurs }) => !occurs)) {
    const problem = `${member}: differences.json lists a difference that does not occur`;
    wrong.set(event, [...(wrong.get(event) ?? []), problem]);
  }
  return { wrong, reasons: kinds.map(({ reason }) => reason), listed: list.length };
}

function listedOf({ reason, differences = {}, anywhere = {} }: Kind): Listed[] {
  if (!reason) {
    throw new Error('differences.json: a difference without a reason');
  }
  const from = (members: Members, event?: string): Listed[] =>
    Object.entries(members).map(([member, expected]) => ({ event, member, expected, occurs: false }));
  return [...from(anywhere), ...Object.entries(differences).flatMap(([event, members]) => from(members, event))];
}

function agrees(expected: Expected, found: Difference): boolean {
  return typeof expected === 'string'
    ? LOOSE[expected](found)
    : isDeepStrictEqual([expected.stock, expected.ours], [found.stock, found.ours]);
}

/** Compares objects member by member, and lists as a whole. */
function differencesOf(stock: unknown, ours: unknown, member = ''): Difference[] {
  if (isDeepStrictEqual(stock, ours)) {
    return [];
  }
  if (isPlain(stock) && isPlain(ours)) {
    const names = new Set([...Object.keys(stock), ...Object.keys(ours)]);
    return [...names].flatMap((name) => differencesOf(stock[name], ours[name], member ? `${member}.${name}` : name));
  }
  return [{ member, stock, ours }];
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 500);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
