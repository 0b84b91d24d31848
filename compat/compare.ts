import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Answers } from './play';

/** A member on which the runtimes disagree; what is absent is undefined. */
export interface Difference {
  member: string;
  stock?: unknown;
  ours?: unknown;
}

/** Words and models are not pinned, so that they can be improved; that they differ is. */
const LOOSE = {
  'other words': ({ stock, ours }: Difference) => typeof stock === 'string' && typeof ours === 'string',
  'other value': ({ stock, ours }: Difference) => stock !== undefined && ours !== undefined,
  'only stock': ({ stock, ours }: Difference) => stock !== undefined && ours === undefined,
  'only ours': ({ stock, ours }: Difference) => stock === undefined && ours !== undefined,
} as const;

type Expected = Omit<Difference, 'member'> | keyof typeof LOOSE;
type Members = Record<string, Expected>;

/** One kind of difference: with this event, or with whatever event has exactly these values. */
interface Kind {
  reason: string;
  differences?: Record<string, Members>;
  anywhere?: Members;
}

interface Listed {
  /** Undefined for any event. */
  event?: string;
  member: string;
  expected: Expected;
  occurs: boolean;
}

export interface Judgement {
  /** What is wrong, by event: a difference that is not listed, or a listed one that does not occur. */
  wrong: Map<string, string[]>;
  reasons: string[];
  listed: number;
}

/** @param kinds what differences.json holds */
export function judge(stock: Answers, ours: Answers, kinds: readonly Kind[] = written()): Judgement {
  const list = kinds.flatMap(listedOf);
  const wrong = new Map([...stock.keys(), ...ours.keys()].map((event): [string, string[]] => [event, []]));
  for (const [event, words] of wrong) {
    for (const found of differencesOf(stock.get(event), ours.get(event))) {
      const candidates = list.filter((one) => one.member === found.member && (one.event ?? event) === event);
      // What is written for this very event comes before what holds anywhere.
      candidates.sort((a, b) => Number(a.event === undefined) - Number(b.event === undefined));
      const match = candidates.find(({ expected }) => agrees(expected, found));
      if (match) match.occurs = true;
      else words.push(`${found.member || 'the answer'}: stock ${told(found.stock)}, ours ${told(found.ours)}`);
    }
  }
  for (const { event = 'any event', member } of list.filter(({ occurs }) => !occurs)) {
    const words = `${member}: differences.json lists a difference that does not occur`;
    wrong.set(event, [...(wrong.get(event) ?? []), words]);
  }
  return { wrong, reasons: kinds.map(({ reason }) => reason), listed: list.length };
}

function written(): Kind[] {
  return JSON.parse(readFileSync(path.join(__dirname, 'differences.json'), 'utf8'));
}

function listedOf({ reason, differences = {}, anywhere = {} }: Kind): Listed[] {
  if (!reason) throw new Error('differences.json: a difference without a reason');
  const from = (members: Members, event?: string): Listed[] =>
    Object.entries(members).map(([member, expected]) => ({ event, member, expected, occurs: false }));
  return [...from(anywhere), ...Object.entries(differences).flatMap(([event, members]) => from(members, event))];
}

function agrees(expected: Expected, found: Difference): boolean {
  if (typeof expected === 'string') return LOOSE[expected](found);
  return isDeepStrictEqual([expected.stock, expected.ours], [found.stock, found.ours]);
}

/** Object by object; lists are compared as a whole. */
function differencesOf(stock: unknown, ours: unknown, member = ''): Difference[] {
  if (isDeepStrictEqual(stock, ours)) return [];
  if (isPlain(stock) && isPlain(ours)) {
    const names = new Set([...Object.keys(stock), ...Object.keys(ours)]);
    return [...names].flatMap((name) => differencesOf(stock[name], ours[name], member ? `${member}.${name}` : name));
  }
  return [{ member, stock, ours }];
}

const told = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value).slice(0, 500));

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
