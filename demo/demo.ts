import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makePackage } from '../tools/package/make-package';
import { CANONICAL } from '../tools/package/type-name';
import type { Package } from '../tools/package/write-package';
import { digests } from '../tools/support/files';
import { type Environment, startLocalAws } from '../tools/support/local-aws';
import { inRoot, ROOT } from '../tools/support/paths';
import { endProcesses, runProgram } from '../tools/support/processes';
import { Aws } from './aws';
import { Stacks } from './stacks';
import { command, holds, row, say, step, title } from './terminal';

/**
 * What `make demo` shows: the type is registered under a name of one's own; a template publishes files; updates change
 * the note alone, and publish new content under the same keys; a publication fails and rolls back; one is revoked by a
 * delete. Finalising publishes here, as in the data set of a product. Exit code 0: every check held.
 */

const STATE = inRoot('.local', `demo-${process.pid}`);
const SOURCE = join(STATE, 'files');
const TYPE_NAME = 'Acme::DataExchange::Job';
const FILES = 'weather-files';
const COPY = 'weather-copy';
const PUBLISHED = ['stations.csv', 'map.png', 'readings/2026-10.csv'];
const NOTE = 'Readings of four weather stations, in degrees Celsius and hectopascal.';
const CORRECTED_NOTE = 'Readings of four weather stations, in degrees Celsius, hectopascal and percent.';

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

  step('Upload the files to publish; finalising a revision publishes it, as in the data set of a product');
  cpSync(inRoot('demo', 'files'), SOURCE, { recursive: true });
  command(['aws', 's3', 'mb', `s3://${FILES}`]);
  await Promise.all([upload(aws), publishOnFinalize(env)]);

  step('Publish them by one template: data set, revision, import, note, finalisation, copy');
  const examples = join(made.folder, 'examples');
  const parameters = { FilesBucket: FILES, CopyBucketName: COPY, NoteText: NOTE, Release: '1' };
  const published = await stacks.create('weather', join(examples, 'publish.yml'), parameters);
  check('the stack is complete', published.status === 'CREATE_COMPLETE');
  const first = await stacks.outputs('weather');
  for (const [name, value] of Object.entries(first)) {
    row([name, value], [34]);
  }
  await compare(aws, first.RevisionId ?? '', NOTE);
  await showLog(aws);

  step('Change the note alone: the next revision holds everything, and the copy is made again');
  const changed = await stacks.update('weather', { ...parameters, NoteText: CORRECTED_NOTE });
  check('the update is complete', changed.status === 'UPDATE_COMPLETE');
  const second = await stacks.outputs('weather');
  check('there is another revision', second.RevisionId !== undefined && second.RevisionId !== first.RevisionId);
  await compare(aws, second.RevisionId ?? '', CORRECTED_NOTE);

  step('The same keys with new content: another Release runs everything again');
  appendFileSync(join(SOURCE, 'stations.csv'), 'ARO,Arosa,46.78,9.68\n');
  await upload(aws);
  const released = await stacks.update('weather', { ...parameters, NoteText: CORRECTED_NOTE, Release: '2' });
  check('the update is complete', released.status === 'UPDATE_COMPLETE');
  const third = await stacks.outputs('weather');
  await compare(aws, third.RevisionId ?? '', CORRECTED_NOTE);
  const kept = [first.RevisionId, second.RevisionId, third.RevisionId];
  check('all three revisions exist, finalised', sameMembers(await revisions(aws, first.DataSetId ?? ''), kept));

  step('A publication that fails later: the rollback revokes and removes the revision');
  const failing = join(STATE, 'publish-and-fail.yml');
  writeFileSync(failing, readFileSync(inRoot('demo', 'publish-and-fail.yml'), 'utf8').replaceAll(CANONICAL, TYPE_NAME));
  const failed = await stacks.create('broken', failing, { DataSetId: first.DataSetId ?? '', FilesBucket: FILES });
  check('it was rolled back', failed.status === 'ROLLBACK_COMPLETE');
  check(
    'the event names the missing bucket',
    failed.failures.some((reason) => reason.includes('no-such-bucket')),
  );
  check('its revision is gone', sameMembers(await revisions(aws, first.DataSetId ?? ''), kept));

  step('Correct and revoke: with RevokeOnDelete, deleting the stack revokes the published revision');
  await stacks.create('corrected', join(examples, 'correct-and-revoke.yml'), { FilesBucket: FILES });
  const corrected = await stacks.outputs('corrected');
  check('it is published', (await revisions(aws, corrected.DataSetId ?? '')).length === 1);
  const revoked = await stacks.delete('corrected');
  check('the stack is deleted', revoked.status === 'DELETE_COMPLETE');
  check('and its revision with it', (await revisions(aws, corrected.DataSetId ?? '')).length === 0);

  step('Delete the other stacks, and list what remains in the local service');
  const [deleted] = await Promise.all([
    stacks.delete('weather'),
    aws.run('cloudformation', 'delete-stack', '--stack-name', 'broken'),
  ]);
  check('the stack is deleted', deleted.status === 'DELETE_COMPLETE');
  const [sets, remaining] = await Promise.all([dataSets(aws), revisions(aws, first.DataSetId ?? '')]);
  const retained = [first.DataSetId, corrected.DataSetId];
  check('of the data sets, those with DeletionPolicy: Retain remain', sameMembers(sets, retained));
  check('of the revisions, those with DeletionPolicy: Retain remain', sameMembers(remaining, kept));
}

async function upload(aws: Aws): Promise<void> {
  await aws.run('s3', 'cp', SOURCE, `s3://${FILES}`, '--recursive', '--only-show-errors');
}

/** Sets the local Data Exchange so that finalising a revision publishes it. */
async function publishOnFinalize(env: Environment): Promise<void> {
  const url = `${env.AWS_ENDPOINT_URL_DATAEXCHANGE}/_emulator/faults`;
  const body = JSON.stringify({ assumptions: { publishOnFinalize: true } });
  const answer = await fetch(url, { method: 'PUT', body, headers: { 'Content-Type': 'application/json' } });
  if (!answer.ok) {
    throw new Error(`The local Data Exchange answered ${answer.status}: ${await answer.text()}`);
  }
}

/** Prints the last lines of the handlers' log: stack events do not show what a handler waits for. */
async function showLog(aws: Aws): Promise<void> {
  const { LogGroupName = '' } = await new Stacks(aws).outputs('registration');
  const flags = ['--log-group-name', LogGroupName, '--query', 'events[].message'];
  const lines = (await aws.run('logs', 'filter-log-events', ...flags)) as string[];
  for (const line of lines.slice(-4)) {
    const { action, message } = JSON.parse(line) as { action?: string; message?: string };
    row([action ?? '', message ?? ''], [8]);
  }
  check(
    'the log follows every step of the handlers',
    lines.some((line) => line.includes('import started')),
  );
}

/** Downloads the exported copy of a revision and compares it with the files that were published. */
async function compare(aws: Aws, revisionId: string, note: string): Promise<void> {
  const folder = join(STATE, 'copy', revisionId);
  mkdirSync(folder, { recursive: true });
  await aws.run('s3', 'cp', `s3://${COPY}/${revisionId}`, folder, '--recursive', '--only-show-errors');
  const [published, exported] = await Promise.all([digests(SOURCE), digests(folder)]);
  row(['file', 'SHA-256 of what went in', 'of what came out'], [24, 32]);
  for (const path of PUBLISHED) {
    row([path, `${published[path]?.slice(0, 30)}…`, `${exported[path]?.slice(0, 30) ?? 'missing'}…`], [24, 32]);
  }
  const equal = PUBLISHED.every((path) => exported[path] === published[path]);
  check(`${PUBLISHED.length} files came out as they went in`, equal);
  const others = Object.keys(exported).filter((path) => !PUBLISHED.includes(path));
  const isNote = sameMembers(others, ['NOTE.txt']) && readFileSync(join(folder, 'NOTE.txt'), 'utf8') === note;
  check('and the note, whose text is in the template', isNote);
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
