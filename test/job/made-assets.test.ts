import type { Asset, Job } from '../../src/job/job';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType, type JobTypeName } from '../../src/job/job-types';
import { madeAssets } from '../../src/job/made-assets';
import { createJobInput, modelOf } from '../../src/job/translate';
import { JOB_ID, MINIMAL } from './examples';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 25, 12, 0, second)).toISOString();
const job = (name: JobTypeName, more = {}): Job => ({
  Id: JOB_ID,
  State: 'COMPLETED',
  CreatedAt: at(10),
  UpdatedAt: at(20),
  ...createJobInput({ ...MINIMAL[name], ...more }),
});
const asset = (Id: string, Name: string, second = 20): Asset => ({ Id, Name, CreatedAt: at(second) });
const ids = (of: Job, ...assets: Asset[]): string[] => madeAssets(of, assets).map(({ Id }) => Id);
const S3AssetSources = ['b', 'a', 'c'].map((Key) => ({ Bucket: 'source', Key }));

describe('the assets that a job has made', () => {
  it('come in the order of its sources', () => {
    const of = job('IMPORT_ASSETS_FROM_S3', { S3AssetSources });
    expect(ids(of, asset('1', 'c'), asset('2', 'b'), asset('3', 'a'))).toEqual(['2', '3', '1']);
  });

  it('were made while it ran; of two that fit, the newer one', () => {
    const of = job('IMPORT_ASSETS_FROM_S3', { S3AssetSources });
    expect(ids(of, asset('early', 'a', 9), asset('late', 'b', 21))).toEqual([]);
    expect(ids(of, asset('older', 'a', 10), asset('newer', 'a', 20))).toEqual(['newer']);
  });

  it('are as many as its sources, also where two have one key', () => {
    const twice = ['one', 'two'].map((Bucket) => ({ Bucket, Key: 'a' }));
    const of = job('IMPORT_ASSETS_FROM_S3', { S3AssetSources: twice });
    expect(ids(of, asset('1', 'a'), asset('2', 'a'), asset('3', 'b'))).toEqual(['1', '2']);
  });

  it('of an export are none', () => {
    expect(ids(job('EXPORT_REVISIONS_TO_S3'), asset('1', 'a'))).toEqual([]);
  });

  it('show by their details where the name says nothing', () => {
    const detailed = (Id: string, AssetDetails: Record<string, unknown>): Asset => ({ ...asset(Id, Id), AssetDetails });
    const access = { Bucket: 'shared', S3AccessPointAlias: 'x-s3alias', S3AccessPointArn: 'arn:of:the:access-point' };
    const assets = [
      detailed('other', { S3DataAccessAsset: { Bucket: 'other' } }),
      detailed('shared', { S3DataAccessAsset: access }),
    ];
    expect(modelOf(job('CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET'), undefined, assets)).toMatchObject({
      AssetIds: ['shared'],
      S3AccessPointAlias: 'x-s3alias',
      S3AccessPointArn: 'arn:of:the:access-point',
    });
    const Arn = MINIMAL.IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES.RedshiftDataShareAssetSources as {
      DataShareArn: string;
    }[];
    const share = detailed('share', { RedshiftDataShareAsset: { Arn: Arn[0]?.DataShareArn } });
    expect(ids(job('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES'), share)).toEqual(['share']);
    const policy = (ResourceType: string) => ({
      LakeFormationDataPermissionAsset: { LakeFormationDataPermissionDetails: { LFTagPolicy: { ResourceType } } },
    });
    const lake = job('IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY');
    expect(ids(lake, detailed('table', policy('TABLE')), detailed('database', policy('DATABASE')))).toEqual([
      'database',
    ]);
  });

  it('can be found for every type that fills a revision', () => {
    for (const name of JOB_TYPE_NAMES) {
      const type: JobType = JOB_TYPES[name];
      expect([name, type.madeAssets !== undefined]).toEqual([name, type.ownRevision === true]);
    }
  });
});
