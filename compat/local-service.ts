import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type AssetType,
  CancelJobCommand,
  CreateDataSetCommand,
  CreateJobCommand,
  CreateRevisionCommand,
  DataExchangeClient,
  ListRevisionAssetsCommand,
  StartJobCommand,
} from '@aws-sdk/client-dataexchange';
import { type Emulator, ManualClock, startEmulator } from 'local-data-exchange';

/** Always the same, so that two runs that ask for the same things get the same ids. */
const SEED = 1;

const ACCOUNT = '123456789012';

/** The names that the events use for what is not an id. */
const FIXED = {
  SourceBucket: 'source',
  TargetBucket: 'target',
  SharedBucket: 'source',
  ApiGatewayApiId: 'abc123',
  ApiGatewayStage: 'prod',
  KmsKeyArn: `arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`,
  LakeFormationCatalogId: ACCOUNT,
  LakeFormationRoleArn: `arn:aws:iam::${ACCOUNT}:role/lake`,
  RedshiftDataShareArn: `arn:aws:redshift:us-east-1:${ACCOUNT}:datashare:11111111-2222-3333-4444-555555555555/one`,
};

/** A local Data Exchange with what the events work on. Its clock moves only by `clock.advance`. */
export class LocalService {
  readonly clock = new ManualClock();
  /** Values by the names that the events use. */
  readonly names: Record<string, string> = { ...FIXED };
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'compat-'));
  private emulator!: Emulator;
  private client!: DataExchangeClient;

  static async start(): Promise<LocalService> {
    const service = new LocalService();
    await service.open();
    return service;
  }

  get url(): string {
    return this.emulator.url;
  }

  faults(script: object): void {
    this.emulator.setFaults(script);
  }

  /** Calls StartJob or CancelJob as somebody else would. */
  async bystander(does: string, JobId: string): Promise<void> {
    if (does === 'StartJob') {
      await this.client.send(new StartJobCommand({ JobId }));
    } else if (does === 'CancelJob') {
      await this.client.send(new CancelJobCommand({ JobId }));
    } else {
      throw new Error(`a bystander cannot ${does}`);
    }
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.emulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async open(): Promise<void> {
    for (const [file, content] of Object.entries({
      'source/prices.csv': 'day,price\n1,2\n',
      'source/2026/stations.csv': 'station\n1\n',
      'source/README.txt': 'read me',
      'target/.keep': '',
    })) {
      mkdirSync(path.dirname(path.join(this.folder, file)), { recursive: true });
      writeFileSync(path.join(this.folder, file), content);
    }
    this.emulator = await startEmulator({ clock: this.clock, buckets: this.folder, seed: SEED, log: () => {} });
    const credentials = { accessKeyId: 'AKIABYSTANDER', secretAccessKey: 'bystander' };
    this.client = new DataExchangeClient({ endpoint: this.url, region: 'us-east-1', credentials, maxAttempts: 1 });

    const { names } = this;
    names.S3DataSetId = await this.dataSet('S3_SNAPSHOT');
    names.S3ImportRevisionId = await this.revision(names.S3DataSetId);
    names.S3ExportRevisionId = await this.revision(names.S3DataSetId);
    names.S3AssetId = await this.asset(names.S3DataSetId, names.S3ExportRevisionId);
    for (const [name, type] of [
      ['Redshift', 'REDSHIFT_DATA_SHARE'],
      ['ApiGateway', 'API_GATEWAY_API'],
      ['LakeFormation', 'LAKE_FORMATION_DATA_PERMISSION'],
      ['S3DataAccess', 'S3_DATA_ACCESS'],
    ] as const) {
      const id = await this.dataSet(type);
      names[`${name}DataSetId`] = id;
      names[`${name}RevisionId`] = await this.revision(id);
    }
  }

  private async dataSet(AssetType: AssetType): Promise<string> {
    const Name = AssetType;
    const { Id } = await this.client.send(new CreateDataSetCommand({ Name, Description: Name, AssetType }));
    return Id as string;
  }

  private async revision(DataSetId: string): Promise<string> {
    return (await this.client.send(new CreateRevisionCommand({ DataSetId }))).Id as string;
  }

  private async asset(DataSetId: string, RevisionId: string): Promise<string> {
    const AssetSources = [{ Bucket: 'source', Key: 'prices.csv' }];
    const Details = { ImportAssetsFromS3: { DataSetId, RevisionId, AssetSources } };
    const { Id } = await this.client.send(new CreateJobCommand({ Type: 'IMPORT_ASSETS_FROM_S3', Details }));
    await this.bystander('StartJob', Id as string);
    this.clock.advance(60_000);
    const { Assets } = await this.client.send(new ListRevisionAssetsCommand({ DataSetId, RevisionId }));
    return Assets?.[0]?.Id as string;
  }
}
