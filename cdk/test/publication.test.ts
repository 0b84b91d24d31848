import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { validate } from '../../src/job/validate';
import { AssetContent, Publication, type PublicationProps, type S3Object } from '../src';
import { DATA_SET_ID, jobsOf, type Resource, resourcesOf, someStack, TYPE_NAME } from './support';

type Held = Omit<PublicationProps, 'dataSetId'>;

/** A stack with a publication of what `held` makes, and its jobs. */
function published(held: (stack: Stack) => Held): Resource[] {
  const stack = someStack();
  const publication = new Publication(stack, 'Publication', { dataSetId: DATA_SET_ID, ...held(stack) });
  publication.exportTo({ bucketName: 'copies' });
  return jobsOf(stack);
}

function objects(count: number, bucketName = 'files'): S3Object[] {
  return Array.from({ length: count }, (_, index) => ({ bucketName, key: `readings/${index}.csv` }));
}

const files = [
  { name: 'NOTE.txt', content: 'A note.' },
  { name: 'LICENCE.txt', content: 'Free.' },
];

/** The Triggers of the job that makes the revision. */
function triggersOf(held: (stack: Stack) => Held): unknown[] {
  return published(held)[0]?.Properties.Triggers as unknown[];
}

describe('the jobs of a publication', () => {
  test('import 100 objects each, fill one revision, and are followed by the one that finalises it', () => {
    const jobs = published(() => ({ objects: objects(250), files }));
    const imported = jobs.flatMap(({ Properties }) => Properties.S3AssetSources ?? []) as { Key: string }[];
    expect(
      jobs.map(({ Properties }) => (Properties.S3AssetSources as unknown[])?.length ?? Properties.UrlAssetName),
    ).toEqual([100, 100, 50, 'LICENCE.txt', 'NOTE.txt', undefined]);
    expect(new Set(imported.map(({ Key }) => Key)).size).toBe(250);

    const [first, second, third, fourth, last, copy] = jobs.map(({ Properties }) => Properties);
    const revision = { 'Fn::GetAtt': [expect.stringMatching(/^PublicationObjects1/), 'TargetRevisionId'] };
    expect(first?.RevisionId).toBeUndefined();
    expect([second, third, fourth, last].map((job) => job?.RevisionId)).toEqual(Array(4).fill(revision));
    expect([first, second, third, fourth, last].map((job) => job?.FinalizeRevision)).toEqual([
      ...Array(4).fill(undefined),
      true,
    ]);
    const ids = ['Objects2', 'Objects3', 'FileLICENCE'].map((id) => ({
      Ref: expect.stringMatching(new RegExp(`^Publication${id}`)),
    }));
    expect(last?.Triggers).toEqual([{ 'Fn::Join': [',', ids] }]);
    expect(copy?.Triggers).toEqual([{ Ref: expect.stringMatching(/^PublicationFileNOTE/) }]);
  });

  test.each([
    ['one object', { objects: objects(1) }],
    ['one file', { files: [{ name: 'NOTE.txt', content: 'A note.' }] }],
  ])('are a single one where there is only %s', (_, held) => {
    const jobs = published(() => held);
    expect(jobs.map(({ Properties }) => Properties.FinalizeRevision)).toEqual([true, undefined]);
    expect(jobs.flatMap(({ Properties }) => validate({ ...Properties, Triggers: ['1'] }))).not.toContainEqual(
      expect.objectContaining({ path: 'FinalizeRevision' }),
    );
  });

  test.each([
    ['keeps what is finalised', {}, 'Retain', true],
    ['removes what is revoked', { revokeOnDelete: true, revocationComment: 'It was wrong.' }, 'Delete', true],
    ['removes what is not finalised', { finalize: false }, 'Delete', false],
  ])('by both policies of every job it %s', (_, more, policy, isFinal) => {
    const jobs = published(() => ({ files, ...more })).slice(0, -1);
    for (const job of jobs) {
      expect(job).toMatchObject({ DeletionPolicy: policy, UpdateReplacePolicy: policy });
    }
    expect(jobs.at(-1)?.Properties.FinalizeRevision).toBe(isFinal);
    expect(jobs.map(({ Properties }) => Properties.RevokeOnDelete)).toEqual([
      'revokeOnDelete' in more ? true : undefined,
      undefined,
    ]);
  });

  test('take names that differ in signs which ids cannot have, and names that are known only at deployment', () => {
    const names = (stack: Stack) => ['a/b', 'a|b', 'a%7Cb', '1', new CfnParameter(stack, 'Name').valueAsString];
    const jobs = published((stack) => ({ files: names(stack).map((name) => ({ name, content: 'a' })) }));
    expect(jobs.filter(({ Properties }) => Properties.UrlAssetContent === 'a')).toHaveLength(5);
  });

  test('hold bytes that are no text in Base64', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'content-')), 'file');
    const written = (bytes: number[]) => {
      writeFileSync(file, Buffer.from(bytes));
      const [job] = published(() => ({ files: [{ name: 'map.png', content: AssetContent.fromFile(file) }] }));
      return [job?.Properties.UrlAssetContent, job?.Properties.UrlAssetContentEncoding];
    };
    expect(written([0xff, 0x61])).toEqual(['/2E=', 'base64']);
    expect(written([0x61, 0x00])).toEqual(['YQA=', 'base64']);
    expect(written([0xc3, 0xbc, 0x09, 0x0d, 0x0a])).toEqual(['ü\t\r\n', undefined]);
  });
});

describe('Triggers', () => {
  const before: Held = { objects: objects(101), files, comment: 'October', triggers: ['1'] };

  test.each<[string, Held]>([
    ['an object fewer', { ...before, objects: objects(100) }],
    ['an object of another bucket', { ...before, objects: objects(101, 'other') }],
    ['another text in a file', { ...before, files: [{ name: 'NOTE.txt', content: 'Another.' }, ...files.slice(1)] }],
    ['another name of a file', { ...before, files: [{ name: 'N.txt', content: 'A note.' }, ...files.slice(1)] }],
    ['another comment', { ...before, comment: 'November' }],
    ['another text of its own', { ...before, triggers: ['2'] }],
  ])('change with %s', (_, after) => {
    expect(triggersOf(() => after)).not.toEqual(triggersOf(() => before));
  });

  test('and all jobs stay as they are when the same comes in another order, or with other tags', () => {
    const after = { ...before, objects: objects(101).reverse(), files: [...files].reverse() };
    expect(published(() => after)).toEqual(published(() => before));
    expect(triggersOf(() => ({ ...before, tags: { team: 'weather' } }))).toEqual(triggersOf(() => before));
  });

  test('stay when a parameter is given another name', () => {
    const of = (id: string) =>
      triggersOf((stack) => ({ files: [{ name: 'a', content: new CfnParameter(stack, id).valueAsString }] }));
    expect(of('One')).toEqual(of('Other'));
  });

  test('hold each token that the first job does not, once', () => {
    const triggers = triggersOf((stack) => {
      const release = new CfnParameter(stack, 'Release').valueAsString;
      const note = new CfnParameter(stack, 'Note').valueAsString;
      const bucket = new Bucket(stack, 'Files').bucketName;
      return {
        comment: `Release ${release} of ${release}`,
        objects: objects(250, bucket),
        files: [{ name: 'NOTE.txt', content: note }],
        triggers: [release],
      };
    });
    expect(triggers).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      { 'Fn::Join': ['', ['=', { Ref: 'Release' }]] },
      { 'Fn::Join': ['', ['=', { Ref: 'Note' }]] },
    ]);
  });

  test('hold tokens of numbers too', () => {
    const triggers = triggersOf((stack) => {
      const release = new CfnParameter(stack, 'Release', { type: 'Number' }).valueAsNumber;
      return { files, comment: `Release ${release}` };
    });
    expect(triggers).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      { 'Fn::Join': ['', ['=', { Ref: 'Release' }]] },
    ]);
  });

  test('need no entries for tokens in keys as long as the first job can hold them', () => {
    const keys = (count: number): Held => ({
      objects: Array.from({ length: 250 }, (_, index) => ({
        bucketName: 'files',
        key: index >= 250 - count ? Fn.importValue(`Key${index}`) : `${index}`,
      })),
    });
    expect(triggersOf(() => keys(100))).toHaveLength(1);
    expect(triggersOf(() => keys(119))).toHaveLength(20);
    expect(() => published(() => keys(120))).toThrow(
      /^Weather\/Publication: it holds 20 different values that are known only at deployment .* room for 19\. Write some/,
    );
  });

  test('tell resources of two stacks with the same logical id apart', () => {
    const app = new App({ context: { 'cdk-dataexchange-job:typeName': TYPE_NAME } });
    const buckets = ['One', 'Other'].map(
      (id) => new Bucket(new Stack(app, id), 'Bucket', { bucketName: id.toLowerCase() }),
    );
    const stack = new Stack(app, 'Weather');
    new Publication(stack, 'Publication', {
      dataSetId: DATA_SET_ID,
      objects: [{ bucketName: 'files', key: 'a' }],
      files: buckets.map(({ bucketArn }, index) => ({ name: `${index}`, content: bucketArn })),
    });
    expect(jobsOf(stack)[0]?.Properties.Triggers).toHaveLength(3);
  });
});

describe('a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'publication-'));
  mkdirSync(join(folder, 'daily', '.git'), { recursive: true });
  for (const path of ['README', 'archive.tar.gz', 'daily/Zürich 1.csv', 'daily/.git/config', '.env']) {
    writeFileSync(join(folder, path), path);
  }
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is imported file by file under a hash and its path, without what is hidden', () => {
    const [job] = published(() => ({ folder }));
    const sources = job?.Properties.S3AssetSources as { readonly Bucket: object; readonly Key: string }[];
    const bucket = { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' };
    expect(sources.map(({ Bucket: name }) => name)).toEqual(Array(3).fill(bucket));
    expect(sources.map(({ Key }) => Key.replace(/^[0-9a-f]{16}\//, '#/')).sort()).toEqual([
      '#/README',
      '#/archive.tar.gz',
      '#/daily/Zürich 1.csv',
    ]);
  });

  test('makes the next revision when a file changes', () => {
    const before = triggersOf(() => ({ folder }));
    writeFileSync(join(folder, 'README'), 'other');
    expect(triggersOf(() => ({ folder }))).not.toEqual(before);
  });

  test('may hold the output of synthesis where it is hidden', () => {
    const stack = new Stack(new App({ outdir: join(folder, '.build', 'cdk.out') }), 'Weather');
    new Publication(stack, 'Publication', { dataSetId: DATA_SET_ID, folder, typeName: TYPE_NAME });
    expect(jobsOf(stack)).toHaveLength(1);
  });

  test('that holds the output of synthesis is refused', () => {
    const stack = new Stack(new App({ outdir: join(folder, 'cdk.out') }), 'Weather');
    expect(
      () => new Publication(stack, 'Publication', { dataSetId: DATA_SET_ID, folder, typeName: TYPE_NAME }),
    ).toThrow(/folder: .* holds .*cdk.out, into which it would be copied/);
  });

  test('that does not exist is refused', () => {
    expect(() => published(() => ({ folder: join(folder, 'none') }))).toThrow(
      /Publication: folder: there is no folder .*none/,
    );
  });
});

describe('what is refused', () => {
  test.each<[string, Held, RegExp]>([
    [
      'nothing to publish',
      {},
      /^Weather\/Publication: it holds nothing: give it objects, files, or a folder with files\.$/,
    ],
    ['empty lists', { objects: [], files: [] }, /it holds nothing/],
    [
      'names given twice',
      { objects: [...objects(2), ...objects(1, 'other')], files: [{ name: 'readings/1.csv', content: 'a' }] },
      /need different names; given more than once: readings\/0\.csv, readings\/1\.csv\./,
    ],
    [
      'a file to upload by hand',
      { files: [{ name: 'a', content: AssetContent.fromUpload('x') }] },
      /file a is missing/,
    ],
    ['a file without content', { files: [{ name: 'a', content: '' }] }, /file a is empty; it needs at least one byte/],
    [
      'objects of unknown number',
      { objects: Fn.split(',', Fn.importValue('Objects')) as never },
      /objects must be a list whose length is known at synthesis/,
    ],
    [
      'words for subscribers without a revocation',
      { files, revocationComment: 'It was wrong.' },
      /only where revokeOnDelete/,
    ],
    [
      'a list of triggers of unknown length',
      { files, triggers: Fn.split(',', Fn.importValue('Releases')) },
      /length is known at synthesis/,
    ],
  ])('%s', (_, held, message) => {
    expect(() => published(() => held)).toThrow(message);
  });

  test('a name given twice by the same token', () => {
    const twice = (stack: Stack): Held => {
      const name = new CfnParameter(stack, 'Name').valueAsString;
      return {
        files: [
          { name, content: 'a' },
          { name, content: 'b' },
        ],
      };
    };
    expect(() => published(twice)).toThrow(/more than once: a name that is known only at deployment/);
  });

  test('to grant writing where nothing is written', () => {
    const stack = someStack();
    const publication = new Publication(stack, 'Publication', { dataSetId: DATA_SET_ID, files });
    const bucket = new Bucket(stack, 'Bucket');
    expect(() => publication.grantWrite(bucket as never)).toThrow(/call exportTo before grantWrite/);
    expect(Object.keys(resourcesOf(stack))).toHaveLength(3);
  });
});
