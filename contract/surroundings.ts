import path from 'node:path';
import { makePackage } from '../tools/package/make-package';
import { type Environment, startLocalAws } from '../tools/support/local-aws';
import { inRoot, pythonTool, ROOT } from '../tools/support/paths';
import { run } from '../tools/support/processes';

/** Local AWS with the function and everything that the inputs refer to. */
export interface Surroundings {
  /** Points any AWS client at it. */
  readonly env: Environment;
  readonly endpoint: string;
  /** Where the functions are called. */
  readonly functions: string;
  readonly region: string;
  /** The CloudFormation exports by name. */
  readonly exports: Readonly<Record<string, string>>;
  /** The folder of the project that `cfn` reads: schema and settings. */
  readonly project: string;
}

/** How long a job runs in the local Data Exchange. Most of a run of the suite is the handlers' own waiting. */
const JOB_SECONDS = '0.5';
/** `AWS::` can be packaged by AWS alone, and the code is the same under any name. */
const STAND_IN = 'Acme::DataExchange::Job';

const PYTHON = pythonTool('local', 'python');

/**
 * Starts local AWS and prepares it.
 *
 * @param folder where its state and the package are written
 * @param typeName the type whose project is tested; undefined: the repository itself
 */
export async function startSurroundings(folder: string, typeName: string | undefined): Promise<Surroundings> {
  const options = [`--dataexchange-option=--job-seconds=${JOB_SECONDS}`];
  const made = await makePackage(typeName ?? STAND_IN, path.join(folder, 'package'));
  const env = await startLocalAws(path.join(folder, 'local-aws'), options);
  const [exports] = await Promise.all([
    makeFixtures(env),
    run(pythonTool('local', 'local-aws'), ['type-function', made.zip], { env }),
  ]);
  const endpoint = env.AWS_ENDPOINT_URL as string;
  return {
    env,
    endpoint,
    functions: endpoint,
    region: env.AWS_REGION as string,
    exports,
    project: typeName === undefined ? ROOT : made.folder,
  };
}

/** Sets up what the inputs and the events refer to. @returns the CloudFormation exports by name */
export async function makeFixtures(env: Environment): Promise<Record<string, string>> {
  const { stdout } = await run(PYTHON, [inRoot('contract', 'fixtures.py'), 'up'], { env });
  return JSON.parse(stdout) as Record<string, string>;
}
