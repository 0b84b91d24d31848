import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inRoot, pythonTool } from '../tools/support/paths';

/**
 * Makes an event of sam-tests/ complete, for `sam local invoke`: credentials from the environment, ids from the exports of
 * contract/fixtures.py, job and context from the answer to the event before. Prints it; the file stays as it is. With
 * `--request` it prints the part that `cfn invoke` takes, which finds credentials by itself.
 */

interface Answer {
  callbackContext?: unknown;
  resourceModel?: { Id?: string };
}

/** The event with each `{{Name}}` replaced; one that stands alone may become any JSON. @throws for a name that has no value */
export function fill(text: string, values: Readonly<Record<string, unknown>>, credentials: unknown): unknown {
  const look = (name: string): unknown => {
    if (!(name in values)) throw new Error(`{{${name}}} has no value; there are: ${Object.keys(values).join(', ')}`);
    return values[name];
  };
  const event = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    const whole = /^\{\{([^{}]+)\}\}$/.exec(value)?.[1];
    return whole ? look(whole) : value.replace(/\{\{([^{}]+)\}\}/g, (_all, name: string) => String(look(name)));
  }) as Record<string, unknown>;
  return { ...event, credentials };
}

/** What the next event of a life needs of the answer to the one before. */
export function valuesOf(answer: Answer): Record<string, unknown> {
  return {
    ...(answer.resourceModel?.Id ? { JobId: answer.resourceModel.Id } : {}),
    ...(answer.callbackContext ? { CallbackContext: answer.callbackContext } : {}),
  };
}

function main(words: string[]): void {
  const [file, ...more] = words.filter((word) => word !== '--request');
  if (!file) {
    throw new Error(
      'usage: tsx contract/sam-event.ts sam-tests/EVENT.json [--request] [ANSWER.json of the event before] [Name=value …]',
    );
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN = '' } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  const given = more.filter((word) => word.includes('=')).map((word) => word.split(/=(.*)/s).slice(0, 2));
  const answers = more.filter((word) => !word.includes('='));
  const text = readFileSync(file, 'utf8');
  const values = {
    ...(text.includes('{{contract:') ? knownExports() : {}),
    ...Object.assign({}, ...answers.map((name) => valuesOf(JSON.parse(readFileSync(name, 'utf8')) as Answer))),
    ...(Object.fromEntries(given) as Record<string, string>),
  };
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  const event = fill(text, values, credentials) as { request: unknown };
  console.log(JSON.stringify(words.includes('--request') ? event.request : event, null, 2));
}

const knownExports = (): Record<string, string> =>
  JSON.parse(
    execFileSync(pythonTool('local', 'python'), [inRoot('contract/fixtures.py'), 'exports'], { encoding: 'utf8' }),
  ) as Record<string, string>;

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(`sam-event: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
