import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** One set of inputs for `cfn test`: the models of `inputs_N_create.json` and so on, as written. */
export interface InputSet {
  readonly number: number;
  /** The `Type` of the create input. */
  readonly type: string;
  /** Whether the create input starts the job. */
  readonly starts: boolean;
  readonly files: Readonly<Partial<Record<Kind, InputFile>>>;
}

export interface InputFile {
  readonly name: string;
  readonly text: string;
  readonly model: Readonly<Record<string, unknown>>;
}

const KINDS = ['create', 'update', 'invalid'] as const;
export type Kind = (typeof KINDS)[number];

/** Why the sets cannot be run, a line each. */
export class BadInputs extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** `cfn test` takes these for names of CloudFormation exports (rpdk/core/test.py, render_template). */
const PLACEHOLDER = /\{\{([-A-Za-z0-9:\s]+?)\}\}/g;

/**
 * Reads the sets of a folder, by the rules of `cfn test`, and refuses what that tool would pass over without a word: a
 * file that belongs to no set, a second file of one kind, a gap in the numbers (it stops there), text that is not JSON.
 */
export function readInputSets(folder: string): InputSet[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadInputs([`${folder} is not a folder; a folder with inputs_1_create.json and so on is expected`]);
  }
  const problems: string[] = [];
  const found = new Map<number, Partial<Record<Kind, InputFile>>>();
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()) {
    const number = /^inputs_(\d+)\D/.exec(name)?.[1];
    const kind = KINDS.find((known) => name.includes(known));
    if (number === undefined || kind === undefined) {
      problems.push(
        `${name} is not named like inputs_1_create.json (create, update or invalid): cfn test would ignore it`,
      );
      continue;
    }
    const files = found.get(Number(number)) ?? {};
    found.set(Number(number), files);
    const other = files[kind];
    if (other) {
      problems.push(`${name} and ${other.name} are both the ${kind} input of set ${number}`);
    } else {
      files[kind] = readModel(folder, name, problems);
    }
  }
  const sets = [...found].sort(([one], [other]) => one - other).map(([number, files]) => inputSet(number, files));
  problems.push(...gaps(folder, sets));
  if (problems.length > 0) {
    throw new BadInputs(problems);
  }
  return sets;
}

function readModel(folder: string, name: string, problems: string[]): InputFile {
  const text = readFileSync(path.join(folder, name), 'utf8');
  try {
    const model: unknown = JSON.parse(text);
    if (typeof model === 'object' && model !== null && !Array.isArray(model)) {
      return { name, text, model: model as Record<string, unknown> };
    }
    problems.push(`${name} is not a JSON object: the properties of a job are expected`);
  } catch (error) {
    problems.push(`${name} is not JSON: ${(error as Error).message}`);
  }
  return { name, text, model: {} };
}

function inputSet(number: number, files: InputSet['files']): InputSet {
  const { Type = 'no Type', StartOnCreation } = files.create?.model ?? {};
  return { number, type: String(Type), starts: /^true$/i.test(String(StartOnCreation)), files };
}

/** The sets and files that are missing, a line each. */
function gaps(folder: string, sets: readonly InputSet[]): string[] {
  if (sets.length === 0) {
    return [`${folder} holds no inputs_N_create.json`];
  }
  const gap = sets.findIndex(({ number }, index) => number !== index + 1);
  const missing = sets.flatMap(({ number, files }) =>
    (['create', 'update'] as const)
      .filter((kind) => !files[kind])
      .map((kind) => `inputs_${number}_${kind}.json is missing: the suite needs it`),
  );
  return [
    ...(gap === -1 ? [] : [`there is no set ${gap + 1}, so cfn test would stop before set ${sets[gap]?.number}`]),
    ...missing,
  ];
}

/** Refuses placeholders without an export: `cfn test` only logs a warning and takes the whole file for empty. */
export function checkPlaceholders(sets: readonly InputSet[], exports: Readonly<Record<string, string>>): void {
  const problems: string[] = [];
  for (const { name, text } of filesOf(sets)) {
    for (const wanted of placeholdersOf(text)) {
      if (!(wanted in exports)) {
        problems.push(`${name}: {{${wanted}}} is no export`);
      }
    }
    const odd = /\{\{[^{}]*\}\}/.exec(text.replace(PLACEHOLDER, ''));
    if (odd) {
      problems.push(`${name}: ${odd[0]} is not replaced by cfn test: it takes letters, digits, "-" and ":" only`);
    }
  }
  if (problems.length > 0) {
    throw new BadInputs([...problems, `there are: ${Object.keys(exports).sort().join(', ')}`]);
  }
}

export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => (match[1] as string).trim()))];
}

/** A model with the exports in place of the placeholders, as `cfn test` sends it. */
export function render(text: string, exports: Readonly<Record<string, string>>): Record<string, unknown> {
  const filled = text.replace(PLACEHOLDER, (whole, name: string) => exports[name.trim()] ?? whole);
  return JSON.parse(filled) as Record<string, unknown>;
}

export function filesOf(sets: readonly InputSet[]): InputFile[] {
  return sets.flatMap(({ files }) => KINDS.flatMap((kind) => files[kind] ?? []));
}
