import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** One set of inputs for `cfn test`: the models of `inputs_N_create.json` and so on, as they are written. */
export interface InputSet {
  number: number;
  /** What `Type` of the create input says. */
  type: string;
  /** Whether the create input starts the job. */
  starts: boolean;
  files: Partial<Record<Kind, InputFile>>;
}

export interface InputFile {
  name: string;
  text: string;
  model: Record<string, unknown>;
}

const KINDS = ['create', 'update', 'invalid'] as const;
export type Kind = (typeof KINDS)[number];

/** What keeps the sets from being run, a line each. */
export class BadInputs extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
  }
}

/** `cfn test` takes these for names of CloudFormation exports (rpdk/core/test.py, render_template). */
const PLACEHOLDER = /\{\{([-A-Za-z0-9:\s]+?)\}\}/g;

/**
 * Reads the sets of a folder, by the rules of `cfn test`, and refuses what it would silently pass over: a file that is no
 * set's, a second file of one kind, a gap in the numbers (it stops there), text that is not JSON.
 */
export function readInputSets(folder: string): InputSet[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadInputs([`${folder} is not a folder; a folder with inputs_1_create.json and so on is expected`]);
  }
  const problems: string[] = [];
  const sets = new Map<number, InputSet>();
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.json')) continue;
    const number = /^inputs_(\d+)\D/.exec(name)?.[1];
    const kind = KINDS.find((known) => name.includes(known));
    if (number === undefined || kind === undefined) {
      problems.push(
        `${name} is not named like inputs_1_create.json (create, update or invalid): cfn test would ignore it`,
      );
      continue;
    }
    const set = sets.get(Number(number)) ?? { number: Number(number), type: '', starts: false, files: {} };
    sets.set(set.number, set);
    const other = set.files[kind];
    if (other) {
      problems.push(`${name} and ${other.name} are both the ${kind} input of set ${number}`);
      continue;
    }
    const file = readModel(folder, name, problems);
    if (file) set.files[kind] = file;
    else set.files[kind] = { name, text: '', model: {} };
  }
  const found = [...sets.values()].sort((a, b) => a.number - b.number);
  if (found.length === 0) problems.push(`${folder} holds no inputs_N_create.json`);
  for (const [index, set] of found.entries()) {
    if (set.number !== index + 1) {
      problems.push(`there is no set ${index + 1}, so cfn test would stop before set ${set.number}`);
      break;
    }
  }
  for (const set of found) {
    for (const kind of ['create', 'update'] as const) {
      if (!set.files[kind]) problems.push(`inputs_${set.number}_${kind}.json is missing: the suite needs it`);
    }
    set.type = String(set.files.create?.model.Type ?? 'no Type');
    set.starts = /^true$/i.test(String(set.files.create?.model.StartOnCreation));
  }
  if (problems.length > 0) throw new BadInputs(problems);
  return found;
}

function readModel(folder: string, name: string, problems: string[]): InputFile | undefined {
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
  return undefined;
}

/**
 * Refuses placeholders that no export stands behind: for one such name `cfn test` only logs a warning, and takes the whole
 * file for empty.
 */
export function checkPlaceholders(sets: readonly InputSet[], exports: Readonly<Record<string, string>>): void {
  const problems: string[] = [];
  for (const { name, text } of filesOf(sets)) {
    for (const wanted of placeholdersOf(text)) {
      if (!(wanted in exports)) problems.push(`${name}: {{${wanted}}} is no export`);
    }
    const odd = /\{\{[^{}]*\}\}/.exec(text.replace(PLACEHOLDER, ''));
    if (odd)
      problems.push(`${name}: ${odd[0]} is not replaced by cfn test: it takes letters, digits, "-" and ":" only`);
  }
  if (problems.length > 0) throw new BadInputs([...problems, `there are: ${Object.keys(exports).sort().join(', ')}`]);
}

export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => (match[1] as string).trim()))];
}

/** A model with the exports in the place of their placeholders, as `cfn test` sends it. */
export function render(text: string, exports: Readonly<Record<string, string>>): Record<string, unknown> {
  const filled = text.replace(PLACEHOLDER, (whole, name: string) => exports[name.trim()] ?? whole);
  return JSON.parse(filled) as Record<string, unknown>;
}

export function filesOf(sets: readonly InputSet[]): InputFile[] {
  return sets.flatMap(({ files }) => KINDS.flatMap((kind) => files[kind] ?? []));
}
