import { delimiter, dirname } from 'node:path';
import { inRoot, pythonTool } from './paths';
import { firstLine, start } from './processes';

/** Environment variables by name; undefined takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

const LOCAL_AWS = pythonTool('local', 'local-aws');
/** What every start of local AWS in this project has, also that of `make local`. */
const PROJECT = `@${inRoot('tools', 'local-aws.args')}`;

/**
 * Starts local AWS with the local Data Exchange beside it, as `make local` does but on free ports, and waits until both
 * are ready. `endProcesses` ends them.
 *
 * @param stateDir where they write their logs
 * @param options further options of `local-aws up`
 * @returns the environment in which clients use them and a shell finds the AWS CLI
 * @throws Error with what local AWS printed if it cannot start
 */
export async function startLocalAws(stateDir: string, options: readonly string[] = []): Promise<Environment> {
  const ports = ['--aws-port', '0', '--dataexchange-port', '0'];
  const local = start(LOCAL_AWS, ['up', PROJECT, '--json', ...ports, '--state-dir', stateDir, ...options]);
  const { environment } = JSON.parse(await firstLine(local)) as { environment: Environment };
  const path = [dirname(LOCAL_AWS), process.env.PATH].join(delimiter);
  return { ...environment, AWS_PROFILE: undefined, AWS_DEFAULT_PROFILE: undefined, PATH: path };
}
