import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makePackage, type Package } from '../tools/package/make-package';
import { digests } from '../tools/support/files';
import { type Environment, startLocalAws } from '../tools/support/local-aws';
import { inRoot, ROOT } from '../tools/support/paths';
import { endProcesses, runProgram } from '../tools/support/processes';
import { Aws } from './aws';
import { Stacks } from './stacks';
import { command, holds, row, say, step, title } from './terminal';

/**
 * What `make demo` shows: the type is registered under a name of one's own, a template publishes files, an update
 * publishes the next revision, a template fails, and everything is deleted. Exit code 0: every check held.
 */

const STATE = inRoot('.local', `demo-${process.pid}`);
const TYPE_NAME = 'Acme::DataExchange::Job';
const FILES = 'weather-files';
const COPY = 'weather-copy';

const checks: boolean[] = [];
function check(what: string, held: boolean): void {
  checks.push(holds(what, held));
}

async function main(): Promise<void> {
  process.chdir(ROOT);
  title(`${TYPE_NAME}: data that moves when a stack does`);
  step('Start local AWS and the local Data Exchange');
  command(['make', 'local']);
  try {
    const [env, made] = await Promise.all([startLocalAws(STATE), makePackage(TYPE_NAME, join('build', 'demo'))]);
    await demonstrate(env, made);
  } finally {
    await endProcesses();
    rmSync(STATE, { recursive: true, force: true });
  }
  const failed = checks.filter((held) => !held).length;
  title(failed === 0 ? `All ${checks.length} checks held.` : `${failed} of ${checks.length} checks did not hold.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function demonstrate(env: Environment, made: Package): Promise<void> {
  const aws = new Aws(env);
  const stacks = new Stacks(aws);
  say(`CloudFormation, S3, Lambda, IAM, Logs: ${env.AWS_ENDPOINT_URL}`);
  say(`Data Exchange: ${env.AWS_ENDPOINT_URL_DATAEXCHANGE}`);

  step('Package the type under a name of one’s own, and register it in the private registry');
  command(['make', 'package', `TYPE_NAME=${TYPE_NAME}`]);
  const key = basename(made.zip);
  await Promise.all([aws.run('s3', 'mb', 's3://acme-artifacts'), aws.quietly('s3', 'mb', `s3://${FILES}`)]);
  await aws.run('s3', 'cp', made.zip, `s3://acme-artifacts/${key}`, '--no-progress');
  const registered = await stacks.create(
    'registration',
    join(made.folder, 'register.yml'),
    {
      PackageBucket: 'acme-artifacts',
      PackageKey: key,
      JobTypes: 'IMPORT_ASSETS_FROM_S3,IMPORT_ASSET_FROM_SIGNED_URL,EXPORT_REVISIONS_TO_S3',
      SourceBucketArns: `arn:aws:s3:::${FILES}`,
      TargetBucketArns: `arn:aws:s3:::${COPY}`,
    },
    '--capabilities',
    'CAPABILITY_IAM',
  );
  check(`${TYPE_NAME} is registered`, registered.status === 'CREATE_COMPLETE');

  step('Upload the files to publish');
  command(['aws', 's3', 'mb', `s3://${FILES}`]);
  await aws.run('s3', 'cp', 'demo/files', `s3://${FILES}`, '--recursive', '--only-show-errors');

  step('Publish them by one template: data set, revision, import, note, finalisation, copy');
  const examples = join(made.folder, 'examples');
  const published = await stacks.create('weather', join(examples, 'publish.yml'), {
    FilesBucket: FILES,
    CopyBucketName: COPY,
  });
  check('the stack is complete', published.status === 'CREATE_COMPLETE');
  const first = await stacks.outputs('weather');
  for (const [name, value] of Object.entries(first)) {
    row([name, value], [34]);
  }

  step('Compare what went in with what came out');
  await compare(aws, first.RevisionId ?? '', ['stations.csv', 'map.png', 'readings/2026-10.csv']);

  step('Change a source file’s key: an update publishes the next revision and keeps the old one by policy');
  const updated = await stacks.update('weather', {
    FilesBucket: FILES,
    CopyBucketName: COPY,
    ReadingsKey: 'readings/2026-11.csv',
  });
  check('the update is complete', updated.status === 'UPDATE_COMPLETE');
  const second = await stacks.outputs('weather');
  check('there is another revision', second.RevisionId !== undefined && second.RevisionId !== first.RevisionId);
  const [both] = await Promise.all([
    revisions(aws, first.DataSetId ?? ''),
    compare(aws, second.RevisionId ?? '', ['stations.csv', 'map.png', 'readings/2026-11.csv']),
  ]);
  check('both revisions are there, finalised', sameMembers(both, [first.RevisionId, second.RevisionId]));

  step('A template that fails: the stack event gives the reason, and the stack rolls back');
  const failed = await stacks.create('broken', join(examples, 'missing-object.yml'), { FilesBucket: FILES });
  check('it was rolled back', failed.status === 'ROLLBACK_COMPLETE');
  check(
    'the event names the missing object',
    failed.failures.some((reason) => reason.includes('readings/2026-13.csv')),
  );

  step('Delete the stacks, and list what remains in the local service');
  const [deleted] = await Promise.all([
    stacks.delete('weather'),
    aws.run('cloudformation', 'delete-stack', '--stack-name', 'broken'),
  ]);
  check('the stack is deleted', deleted.status === 'DELETE_COMPLETE');
  const [sets, remaining] = await Promise.all([dataSets(aws), revisions(aws, first.DataSetId ?? '')]);
  check('of the data sets, the one with DeletionPolicy: Retain remains', sameMembers(sets, [first.DataSetId]));
  check('of the revisions, both remain', sameMembers(remaining, [first.RevisionId, second.RevisionId]));
}

/** Downloads the exported copy of a revision and compares it with the files that were published. */
async function compare(aws: Aws, revisionId: string, expected: readonly string[]): Promise<void> {
  const folder = join(STATE, 'copy', revisionId);
  mkdirSync(folder, { recursive: true });
  await aws.run('s3', 'cp', `s3://${COPY}/${revisionId}`, folder, '--recursive', '--only-show-errors');
  const [published, exported] = await Promise.all([digests(inRoot('demo', 'files')), digests(folder)]);
  row(['file', 'SHA-256 of what went in', 'of what came out'], [24, 32]);
  for (const path of expected) {
    row([path, `${published[path]?.slice(0, 30)}…`, `${exported[path]?.slice(0, 30) ?? 'missing'}…`], [24, 32]);
  }
  const equal = expected.every((path) => exported[path] === published[path]);
  check(`${expected.length} files came out as they went in`, equal);
  const others = Object.keys(exported).filter((path) => !expected.includes(path));
  check('and the note, whose text is in the template', sameMembers(others, ['NOTE.txt']));
}

async function dataSets(aws: Aws): Promise<string[]> {
  return (await aws.run('dataexchange', 'list-data-sets', '--query', 'DataSets[].Id')) as string[];
}

/** The finalised revisions of a data set. */
async function revisions(aws: Aws, dataSetId: string): Promise<string[]> {
  const flags = ['--data-set-id', dataSetId, '--query', 'Revisions[?Finalized].Id'];
  return (await aws.run('dataexchange', 'list-data-set-revisions', ...flags)) as string[];
}

function sameMembers(found: readonly string[], expected: readonly (string | undefined)[]): boolean {
  return found.length === expected.length && expected.every((member) => member !== undefined && found.includes(member));
}

void runProgram('demo', main);
