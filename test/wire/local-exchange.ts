import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CancelJobCommand,
  CreateDataSetCommand,
  CreateJobCommand,
  CreateRevisionCommand,
  DataExchangeClient,
  GetAssetCommand,
  GetJobCommand,
  type GetJobCommandOutput,
  ListJobsCommand,
  ListRevisionAssetsCommand,
  StartJobCommand,
} from '@aws-sdk/client-dataexchange';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import type { FaultScript } from '../../emulator/faults/fault-script';
import type { JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { clock, SEED } from './time';

/** The local Data Exchange for a test, with buckets in folders, and a bystander's hands on it: the official client. */

type AssetType =
  | 'S3_SNAPSHOT'
  | 'REDSHIFT_DATA_SHARE'
  | 'API_GATEWAY_API'
  | 'S3_DATA_ACCESS'
  | 'LAKE_FORMATION_DATA_PERMISSION';

/** Which asset type a data set needs for a job type. */
export const ASSET_TYPE: Readonly<Record<JobTypeName, AssetType>> = {
  IMPORT_ASSETS_FROM_S3: 'S3_SNAPSHOT',
  IMPORT_ASSET_FROM_SIGNED_URL: 'S3_SNAPSHOT',
  EXPORT_ASSETS_TO_S3: 'S3_SNAPSHOT',
  EXPORT_ASSET_TO_SIGNED_URL: 'S3_SNAPSHOT',
  EXPORT_REVISIONS_TO_S3: 'S3_SNAPSHOT',
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: 'REDSHIFT_DATA_SHARE',
  IMPORT_ASSET_FROM_API_GATEWAY_API: 'API_GATEWAY_API',
  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: 'S3_DATA_ACCESS',
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: 'LAKE_FORMATION_DATA_PERMISSION',
};

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

export interface Place {
  DataSetId: string;
  RevisionId: string;
}

/** A revision with files in it. */
export interface Filled extends Place {
  assets: { id: string; name: string; bytes: Buffer }[];
}

export class LocalExchange {
  private constructor(
    readonly emulator: Emulator,
    readonly client: DataExchangeClient,
    private readonly root: string,
  ) {}

  static async start(): Promise<LocalExchange> {
    const root = mkdtempSync(path.join(tmpdir(), 'wire-'));
    for (const bucket of ['source', 'target']) mkdirSync(path.join(root, bucket));
    const emulator = await startEmulator({ clock, buckets: root, seed: SEED, log: () => {} });
    process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = emulator.url;
    const credentials = { accessKeyId: 'AKIABYSTANDER', secretAccessKey: 'bystander' };
    const client = new DataExchangeClient({ endpoint: emulator.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    return new LocalExchange(emulator, client, root);
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.emulator.stop();
    delete process.env.AWS_ENDPOINT_URL_DATAEXCHANGE;
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Replaces what goes wrong; nothing does by default. */
  faults(script: FaultScript = {}): void {
    this.emulator.setFaults(script);
  }

  write(bucket: string, key: string, bytes: Uint8Array): void {
    const file = path.join(this.root, bucket, key);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }

  bytesAt(bucket: string, key: string): Buffer {
    return readFileSync(path.join(this.root, bucket, key));
  }

  /** A new data set with an empty revision. */
  async place(type: JobTypeName): Promise<Place> {
    const dataSet = await this.client.send(
      new CreateDataSetCommand({ Name: 'wire', Description: 'wire', AssetType: ASSET_TYPE[type] }),
    );
    const revision = await this.client.send(new CreateRevisionCommand({ DataSetId: dataSet.Id }));
    return { DataSetId: dataSet.Id as string, RevisionId: revision.Id as string };
  }

  /** A new revision with these files in it. */
  async filled(files: Record<string, Buffer>): Promise<Filled> {
    const place = await this.place('IMPORT_ASSETS_FROM_S3');
    for (const [name, bytes] of Object.entries(files)) this.write('source', name, bytes);
    const AssetSources = Object.keys(files).map((Key) => ({ Bucket: 'source', Key }));
    const job = await this.client.send(
      new CreateJobCommand({
        Type: 'IMPORT_ASSETS_FROM_S3',
        Details: { ImportAssetsFromS3: { ...place, AssetSources } },
      }),
    );
    await this.start(job.Id as string);
    clock.advance(600_000);
    const assets = (await this.assets(place)).map(({ Id, Name }) => ({
      id: Id as string,
      name: Name as string,
      bytes: files[Name as string] as Buffer,
    }));
    return { ...place, assets };
  }

  async assets({ DataSetId, RevisionId }: Place) {
    return (await this.client.send(new ListRevisionAssetsCommand({ DataSetId, RevisionId }))).Assets ?? [];
  }

  /** The bytes of an asset, fetched as a subscriber does it: by an export to a signed URL. */
  async bytesOf({ DataSetId, RevisionId }: Place, AssetId: string): Promise<Buffer> {
    const Details = { ExportAssetToSignedUrl: { DataSetId, RevisionId, AssetId } };
    const { Id } = await this.client.send(new CreateJobCommand({ Type: 'EXPORT_ASSET_TO_SIGNED_URL', Details }));
    await this.start(Id as string);
    clock.advance(10_000);
    const job = await this.job(Id as string);
    return download(job.Details?.ExportAssetToSignedUrl?.SignedUrl as string);
  }

  async apiSpecification({ DataSetId, RevisionId }: Place, AssetId: string): Promise<Buffer> {
    const { AssetDetails } = await this.client.send(new GetAssetCommand({ DataSetId, RevisionId, AssetId }));
    return download(AssetDetails?.ApiGatewayApiAsset?.ApiSpecificationDownloadUrl as string);
  }

  job(JobId: string): Promise<GetJobCommandOutput> {
    return this.client.send(new GetJobCommand({ JobId }));
  }

  async start(JobId: string): Promise<void> {
    await this.client.send(new StartJobCommand({ JobId }));
  }

  async cancel(JobId: string): Promise<void> {
    await this.client.send(new CancelJobCommand({ JobId }));
  }

  /** Every job of a data set, by id, with its state. */
  async states(DataSetId: string): Promise<Map<string, string>> {
    const states = new Map<string, string>();
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new ListJobsCommand({ DataSetId, NextToken, MaxResults: 200 }));
      for (const { Id, State } of page.Jobs ?? []) states.set(Id as string, State as string);
      NextToken = page.NextToken;
    } while (NextToken);
    return states;
  }

  /** The operations that the service was asked for, in order. */
  calls(): string[] {
    return this.emulator.requests().map(({ operation }) => operation);
  }
}

export async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET of a signed URL: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** @returns the status */
export async function upload(url: string, bytes: Uint8Array): Promise<number> {
  const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
  await response.arrayBuffer();
  return response.status;
}

/** A model as an import of an existing job brings it: the identifier and nothing else. */
export const onlyId = (model: Properties | undefined): Properties => ({ Id: model?.Id });
