import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ProgressEvent } from '../tools/support/function-process';
import { inRoot, pythonTool } from '../tools/support/paths';
import { run, runProgram } from '../tools/support/processes';

/**
 * Completes an event of sam-tests/ for `sam local invoke` and prints it: with credentials from the environment, ids
 * from the exports of contract/fixtures.py, and the job's id and the callback context from the answer to the event
 * before. With `--request` it prints the part that `cfn invoke` takes, which finds credentials by itself.
 */

const USAGE =
  'usage: tsx contract/sam-event.ts sam-tests/EVENT.json [--request] [ANSWER.json of the event before] [Name=value …]';

/**
 * Replaces each `{{Name}}` of an event; one that is a whole string may become any JSON.
 *
 * @throws for a name without a value
 */
export function fill(text: string, values: Readonly<Record<string, unknown>>, credentials: unknown): unknown {
  const valueFor = (name: string): unknown => {
    if (!(name in values)) {
      throw new Error(`{{${name}}} has no value; there are: ${Object.keys(values).join(', ')}`);
    }
    return values[name];
  };
  const event = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'string') {
      return value;
    }
    const whole = /^\{\{([^{}]+)\}\}$/.exec(value)?.[1];
    return whole ? valueFor(whole) : value.replace(/\{\{([^{}]+)\}\}/g, (_all, name: string) => String(valueFor(name)));
  }) as Record<string, unknown>;
  return { ...event, credentials };
}

/** What the next event of a life takes from the answer to the event before. */
export function valuesOf({
  resourceModel,
  callbackContext,
}: Pick<ProgressEvent, 'resourceModel' | 'callbackContext'>): Record<string, unknown> {
  return {
    ...(resourceModel?.Id ? { JobId: resourceModel.Id } : {}),
    ...(callbackContext ? { CallbackContext: callbackContext } : {}),
  };
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: { request: { type: 'boolean' } },
  });
  const [file, ...words] = positionals;
  if (file === undefined) {
    throw new Error(USAGE);
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN = '' } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  }
  const text = readFileSync(file, 'utf8');
  const values = text.includes('{{contract:') ? await knownExports() : {};
  for (const word of words) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    Object.assign(values, name ? { [name]: value } : valuesOf(JSON.parse(readFileSync(word, 'utf8')) as ProgressEvent));
  }
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  const event = fill(text, values, credentials) as { readonly request: unknown };
  console.log(JSON.stringify(flags.request ? event.request : event, null, 2));
}

async function knownExports(): Promise<Record<string, unknown>> {
  const { stdout } = await run(pythonTool('local', 'python'), [inRoot('contract', 'fixtures.py'), 'exports']);
  return JSON.parse(stdout) as Record<string, unknown>;
}

if (require.main === module) {
  void runProgram('sam-event', main);
}
