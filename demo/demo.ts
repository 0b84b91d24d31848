import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makePackage, type Package } from '../tools/package/make-package';
import { Aws } from './aws';
import { digests } from './files';
import { type LocalAws, startLocalAws } from './local-aws';
import { Stacks } from './stacks';
import { command, holds, row, say, step, title } from './terminal';

/**
 * The story that `make demo` tells: the type is registered under a name of one's own, one template publishes files, an update
 * publishes the next revision, a template fails, and everything is deleted. Exit code 0: all of it held.
 */

const ROOT = join(__dirname, '..');
const STATE = join(ROOT, '.local', `demo-${process.pid}`);
const TYPE_NAME = 'Acme::DataExchange::Job';
const FILES = 'weather-files';
const COPY = 'weather-copy';
const checks: boolean[] = [];
const check = (what: string, so: boolean): void => {
  checks.push(holds(what, so));
};

async function main(): Promise<void> {
  title(`${TYPE_NAME}: data that moves when a stack does`);
  step('Start local AWS and the local Data Exchange');
  command(['make', 'local']);
  const packaging = makePackage(TYPE_NAME, join('build', 'demo'));
  const local = await startLocalAws(ROOT, STATE);
  const end = async (): Promise<void> => {
    await local.stop();
    rmSync(STATE, { recursive: true, force: true });
  };
  const stopOnSignal = (): void => void end().then(() => process.exit(130));
  process.once('SIGINT', stopOnSignal).once('SIGTERM', stopOnSignal);
  try {
    await tell(local, await packaging);
  } finally {
    await end();
  }
}

async function tell(local: LocalAws, made: Package): Promise<void> {
  const aws = new Aws(local.env);
  const stacks = new Stacks(aws);
  say(`CloudFormation, S3, Lambda, IAM, Logs: ${local.env.AWS_ENDPOINT_URL}`);
  say(`Data Exchange: ${local.env.AWS_ENDPOINT_URL_DATAEXCHANGE}`);

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
  check('the stack stands', published.status === 'CREATE_COMPLETE');
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

  step('A template that fails: the reason stands in the stack event, and the stack rolls back');
  const failed = await stacks.create('broken', join(examples, 'missing-object.yml'), { FilesBucket: FILES });
  check('it was rolled back', failed.status === 'ROLLBACK_COMPLETE');
  check(
    'the event names the missing object',
    failed.failures.some((reason) => reason.includes('readings/2026-13.csv')),
  );

  step('Delete the stacks, and look at what the local service still holds');
  const [deleted] = await Promise.all([
    stacks.delete('weather'),
    aws.run('cloudformation', 'delete-stack', '--stack-name', 'broken'),
  ]);
  check('the stack is deleted', deleted.status === 'DELETE_COMPLETE');
  const [sets, left] = await Promise.all([dataSets(aws), revisions(aws, first.DataSetId ?? '')]);
  check('of the data sets, the one with DeletionPolicy: Retain is left', sameMembers(sets, [first.DataSetId]));
  check('of the revisions, the one with UpdateReplacePolicy: Retain is left', sameMembers(left, [first.RevisionId]));
}

/** Downloads what was exported of a revision and holds it against the files and their digests. */
async function compare(aws: Aws, revisionId: string, expected: readonly string[]): Promise<void> {
  const folder = join(STATE, 'copy', revisionId);
  mkdirSync(folder, { recursive: true });
  await aws.run('s3', 'cp', `s3://${COPY}/${revisionId}`, folder, '--recursive', '--only-show-errors');
  const came = digests(folder);
  const went = digests(join(ROOT, 'demo', 'files'));
  row(['file', 'SHA-256 of what went in', 'of what came out'], [24, 32]);
  for (const path of expected) {
    row([path, `${went.get(path)?.slice(0, 30)}…`, `${came.get(path)?.slice(0, 30) ?? 'missing'}…`], [24, 32]);
  }
  const equal = expected.every((path) => came.get(path) === went.get(path));
  check(`${expected.length} files came out as they went in`, equal);
  check('and the note, whose text stands in the template', came.size === expected.length + 1 && came.has('NOTE.txt'));
}

async function dataSets(aws: Aws): Promise<string[]> {
  const flags = ['--query', 'DataSets[].Id', '--output', 'json'];
  return (await aws.run('dataexchange', 'list-data-sets', ...flags)) as string[];
}

/** The finalised revisions of a data set. */
async function revisions(aws: Aws, dataSetId: string): Promise<string[]> {
  const query = 'Revisions[?Finalized].Id';
  const flags = ['--data-set-id', dataSetId, '--query', query, '--output', 'json'];
  return (await aws.run('dataexchange', 'list-data-set-revisions', ...flags)) as string[];
}

function sameMembers(found: readonly string[], expected: readonly (string | undefined)[]): boolean {
  return found.length === expected.length && expected.every((member) => member !== undefined && found.includes(member));
}

process.chdir(ROOT);
main()
  .then(() => {
    const failed = checks.filter((so) => !so).length;
    title(failed === 0 ? `All ${checks.length} checks held.` : `${failed} of ${checks.length} checks did not hold.`);
    process.exitCode = failed === 0 ? 0 : 1;
  })
  .catch((error) => {
    console.error(`\nThe demonstration broke off: ${(error as Error).message}`);
    process.exitCode = 1;
  });
