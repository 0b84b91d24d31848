import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateDataSetCommand, DataExchangeClient, GetJobCommand } from '@aws-sdk/client-dataexchange';
import { unzipSync } from 'fflate';
import { ManualClock } from '../../emulator/clock';
import { startEmulator } from '../../emulator/emulator';
import { makePackage } from '../package/make-package';
import { ChildFunction } from '../support/child-function';
import { inRoot } from '../support/paths';
import type { Result } from '../test-all/step';

/** The first is what code has to run on, the second what runs it in AWS. */
const MAJORS = ['20', '22'];
const TYPE_NAME = 'Acme::Rehearsal::Job';
const MOST_INVOCATIONS = 20;

type Plain = Record<string, unknown>;

/** What the registry does with a package, under each Node: unpack it, find the handler, and call it until a job has run. */
export async function zipRuns(): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'zip-runs-'));
  const ran: string[] = [];
  const broken: string[] = [];
  try {
    const { zip } = await makePackage(TYPE_NAME, join(folder, 'build'));
    const handler = unpack(readFileSync(zip), join(folder, 'var', 'task'));
    for (const node of nodes()) {
      try {
        const version = await createRuns(node, handler, join(folder, `buckets-${ran.length}`));
        ran.push(version);
      } catch (error) {
        broken.push(`${node}: ${(error as Error).stack}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const note = `on Node ${ran.join(' and ')}`;
  return { passed: ran.length, failed: broken.length, output: broken.join('\n'), note };
}

/** The machine's own Node, and of the versions that it is not, those that npm has as packages. */
function nodes(): string[] {
  const own = process.versions.node.split('.')[0];
  const others = MAJORS.filter((major) => major !== own).map((major) => {
    const name = `node${major}-${process.platform}-${process.arch}`;
    const file = inRoot('requirements/node-versions/node_modules', name, 'bin/node');
    if (!existsSync(file))
      throw new Error(`no ${name}: tools/setup node-versions installs what there is for this machine`);
    return file;
  });
  return [process.execPath, ...others];
}

interface Handler {
  folder: string;
  /** As Node finds it from the folder. */
  module: string;
  name: string;
}

/** Unpacks what Lambda gets, and reads where the handler is from the settings that lie beside it. */
function unpack(registryZip: Uint8Array, folder: string): Handler {
  const entries = unzipSync(registryZip);
  for (const [name, content] of Object.entries(unzipSync(entries['ResourceProvider.zip'] as Uint8Array))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const { entrypoint, typeName } = JSON.parse(Buffer.from(entries['.rpdk-config'] as Uint8Array).toString('utf8'));
  if (typeName !== TYPE_NAME) throw new Error(`the package is of ${typeName}`);
  const dot = entrypoint.lastIndexOf('.');
  return { folder, module: `./${entrypoint.slice(0, dot)}`, name: entrypoint.slice(dot + 1) };
}

/** Creates an import and stays with it until the service says COMPLETED. @returns the version of Node that ran it */
async function createRuns(node: string, handler: Handler, buckets: string): Promise<string> {
  mkdirSync(join(buckets, 'source'), { recursive: true });
  writeFileSync(join(buckets, 'source', 'prices.csv'), 'day,price\n1,2\n');
  const clock = new ManualClock();
  const emulator = await startEmulator({ clock, buckets, log: () => {} });
  const credentials = { accessKeyId: 'LOCAL', secretAccessKey: 'local' };
  const client = new DataExchangeClient({ endpoint: emulator.url, region: 'us-east-1', credentials });
  const lambda = new Lambda(node, handler, emulator.url);
  try {
    const dataSet = await client.send(
      new CreateDataSetCommand({ Name: 'prices', Description: 'prices', AssetType: 'S3_SNAPSHOT' }),
    );
    let callbackContext: unknown = null;
    let resourceProperties: Plain = {
      Type: 'IMPORT_ASSETS_FROM_S3',
      DataSetId: dataSet.Id,
      S3AssetSources: [{ Bucket: 'source', Key: 'prices.csv' }],
      FinalizeRevision: true,
      StartOnCreation: true,
    };
    for (let n = 0; n < MOST_INVOCATIONS; n += 1) {
      const answer = await lambda.invoke({
        action: 'CREATE',
        awsAccountId: '123456789012',
        bearerToken: '8d0d5f4e-1a52-4e7c-9d0e-0f8a3f6b7c05',
        region: 'us-east-1',
        resourceType: TYPE_NAME,
        callbackContext,
        requestData: { callerCredentials: credentials, logicalResourceId: 'Import', resourceProperties },
      });
      const { status, resourceModel } = answer;
      if (status === 'SUCCESS') {
        const { State } = await client.send(new GetJobCommand({ JobId: (resourceModel as Plain).Id as string }));
        if (State !== 'COMPLETED' || (resourceModel as Plain).State !== State) throw new Error(`the job is ${State}`);
        return lambda.version;
      }
      if (status !== 'IN_PROGRESS') throw new Error(JSON.stringify(answer));
      clock.advance((answer.callbackDelaySeconds as number) * 1_000);
      callbackContext = answer.callbackContext;
      resourceProperties = resourceModel as Plain;
    }
    throw new Error(`no end after ${MOST_INVOCATIONS} invocations`);
  } finally {
    await lambda.stop();
    client.destroy();
    await emulator.stop();
  }
}

const FUNCTION = `
  const [module, name] = process.argv.slice(1);
  const handler = require(require('node:path').resolve(module))[name];
  process.on('message', async (event) => {
    process.send({ answer: await handler(event, {}), version: process.versions.node });
  });`;

/** The function in a process and a folder of its own, with nothing of ours in its environment. */
class Lambda {
  version = '';
  private readonly child: ChildFunction;

  constructor(node: string, { folder, module, name }: Handler, endpoint: string) {
    const env = { AWS_ENDPOINT_URL_DATAEXCHANGE: endpoint, AWS_REGION: 'us-east-1' };
    this.child = new ChildFunction(node, ['-e', FUNCTION, module, name], { cwd: folder, env });
  }

  async invoke(event: Plain): Promise<Plain> {
    const { answer, version } = await this.child.ask<{ answer: Plain; version: string }>(event);
    this.version = version;
    return answer;
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
