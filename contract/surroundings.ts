import path from 'node:path';
import { makePackage } from '../tools/package/make-package';
import { pythonTool, ROOT } from '../tools/support/paths';
import type { Children } from './children';

/** Local AWS with our function and all that the inputs refer to. */
export interface Surroundings {
  /** Points any AWS client at it. */
  env: NodeJS.ProcessEnv;
  endpoint: string;
  region: string;
  exports: Record<string, string>;
  /** The project that `cfn` is to find: schema and settings. */
  project: string;
}

/** How long a job runs; what a run of the suite lasts is mostly the handlers' own waiting. */
const JOB_SECONDS = '0.5';
/** AWS:: cannot be packaged by anyone but AWS, and the code is the same under any name. */
const STAND_IN = 'Acme::DataExchange::Job';
/** What would change the official tool's ways, or its address. */
const UNWANTED = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'PYTEST_ADDOPTS', 'PYTEST_PLUGINS', 'PYTHONOPTIMIZE'];

/** @param typeName tests the project under that name instead of the repository itself */
export async function startSurroundings(children: Children, folder: string, typeName?: string): Promise<Surroundings> {
  const python = pythonTool('local', 'python');
  const started = children.serve(
    python,
    [
      ...['-m', 'local.up', '--json', '--aws-port', '0', '--dataexchange-port', '0'],
      ...['--state-dir', path.join(folder, 'local-aws'), `--dataexchange-option=--job-seconds=${JOB_SECONDS}`],
    ],
    process.env,
  );
  const [line, made] = await Promise.all([started, makePackage(typeName ?? STAND_IN, path.join(folder, 'package'))]);

  const found = (JSON.parse(line) as { environment: Record<string, string> }).environment;
  const env = { ...process.env, ...found };
  for (const name of UNWANTED) delete env[name];
  const ask = async (...given: string[]): Promise<string> => {
    const { code, stdout, output } = await children.run(python, given, env);
    if (code !== 0) throw new Error(output.trim());
    return stdout;
  };
  const [exports] = await Promise.all([ask('contract/fixtures.py', 'up'), ask('-m', 'local.type_function', made.zip)]);
  return {
    env,
    endpoint: found.AWS_ENDPOINT_URL as string,
    region: found.AWS_REGION as string,
    exports: JSON.parse(exports) as Record<string, string>,
    project: typeName === undefined ? ROOT : made.folder,
  };
}
