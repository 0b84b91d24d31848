import { createOnlyDifferences } from '../../src/job/differences';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType, jobType } from '../../src/job/job-types';
import { normalise } from '../../src/job/normalise';
import type { Properties } from '../../src/job/properties';
import {
  belongsToJob,
  jobTag,
  type Revision,
  revisionOf,
  tokenTag,
  wantsOwnRevision,
  wasMadeBy,
} from '../../src/job/revision';
import { computedHash, createJobInput, modelOf, withoutWriteOnly } from '../../src/job/translate';
import { fileOf, md5Of } from '../../src/job/upload';
import { validate } from '../../src/job/validate';
import { DATA_SET, JOB_ID, MAXIMAL, MINIMAL, REVISION, SECRET } from './examples';

/** What a template that brings revision and file along may say, and how it goes to the service and back. */

const said = (model: unknown): string[] => validate(normalise(model)).map(({ path, text }) => `${path} ${text}`);
const without = (model: Properties, ...names: string[]): Properties =>
  Object.fromEntries(Object.entries(model).filter(([name]) => !names.includes(name)));

const FILLING = JOB_TYPE_NAMES.filter((name) => (JOB_TYPES[name] as JobType).ownRevision).map(
  (name) => [name] as const,
);
const OTHERS = JOB_TYPE_NAMES.filter((name) => !(JOB_TYPES[name] as JobType).ownRevision).map(
  (name) => [name] as const,
);
const FILE = 'station,degrees\nZürich,11.2\n';
const FILE_MD5 = md5Of(FILE);
const OTHER_MD5 = md5Of('another');
const SPEC = '{"openapi":"3.0.1"}';
const URL_IMPORT = without(MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL, 'UrlAssetMd5Hash');
const API = without(MINIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API, 'ApiGatewayApiSpecificationMd5Hash');

describe.each(FILLING)('%s', (name) => {
  const own = without(MINIMAL[name], 'RevisionId');
  const started = { ...own, StartOnCreation: true };

  it('takes a model without a revision, with its own comment, to be finalised', () => {
    expect(said(own)).toEqual([]);
    expect(said({ ...own, RevisionComment: 'x'.repeat(16_384) })).toEqual([]);
    expect(said({ ...started, FinalizeRevision: true, RevisionComment: 'Prices' })).toEqual([]);
    expect(said({ ...MINIMAL[name], StartOnCreation: true, FinalizeRevision: true })).toEqual([]);
    expect(said({ ...own, FinalizeRevision: false })).toEqual([]);
    expect(said({ ...started, FinalizeRevision: 'true' })).toEqual([]);
  });

  it.each<[string, Properties, string]>([
    [
      'a comment on a named revision',
      { RevisionId: REVISION, RevisionComment: 'x' },
      'RevisionComment is allowed only where RevisionId is not given; remove one of the two',
    ],
    ['a comment that is too long', { RevisionComment: 'x'.repeat(16_385) }, 'RevisionComment '],
    [
      'finalising what never starts',
      { FinalizeRevision: true },
      'FinalizeRevision may be true only where StartOnCreation is true',
    ],
    [
      'finalising what is not to start',
      { FinalizeRevision: true, StartOnCreation: false },
      'FinalizeRevision may be true only where StartOnCreation is true',
    ],
    ['a word', { FinalizeRevision: 'later' }, 'FinalizeRevision must be true or false, not "later"'],
    ['an id that is none', { RevisionId: '' }, 'RevisionId '],
  ])('refuses %s', (_what, more, expected) => {
    const [line, ...rest] = said({ ...own, ...more });
    expect(rest).toEqual([]);
    expect(line?.startsWith(expected)).toBe(true);
  });

  it('goes into the revision that was made, and comes back without its id', () => {
    const input = createJobInput(own, REVISION);
    expect(input).toEqual(createJobInput(MINIMAL[name]));
    const job = { Id: JOB_ID, State: 'COMPLETED', ...input };
    expect(revisionOf(job)).toEqual({ dataSetId: DATA_SET, revisionId: REVISION });
    const shown = { Id: REVISION, Finalized: true, Comment: 'Prices', Tags: jobTag(JOB_ID) };
    const back = modelOf(job, shown);
    expect(back).toMatchObject({ CreatedRevisionId: REVISION, RevisionComment: 'Prices', FinalizeRevision: true });
    expect(back).not.toHaveProperty('RevisionId');
    expect(createOnlyDifferences({ ...own, RevisionComment: 'Prices' }, back)).toEqual([]);
    expect(createOnlyDifferences(own, back)).toEqual(['RevisionComment']);
    expect(createOnlyDifferences({ ...own, RevisionComment: 'Prices', RevisionId: REVISION }, back)).toEqual([
      'RevisionId',
    ]);
  });

  it('wants its own revision exactly where the template names none', () => {
    expect(wantsOwnRevision(own)).toBe(true);
    expect(wantsOwnRevision(MINIMAL[name])).toBe(false);
  });
});

describe.each(OTHERS)('%s', (name) => {
  it('knows nothing of it', () => {
    for (const more of [{ RevisionComment: 'x' }, { FinalizeRevision: false }]) {
      const [line, ...rest] = said({ ...MINIMAL[name], ...more });
      expect(rest).toEqual([]);
      expect(line).toMatch(new RegExp(`^${Object.keys(more)[0]} belongs to .* and not to ${name}; remove it`));
    }
    expect(wantsOwnRevision(without(MINIMAL[name], 'RevisionId'))).toBe(false);
    const job = { Id: JOB_ID, State: 'COMPLETED', ...createJobInput(MINIMAL[name]) };
    expect(revisionOf(job)).toBeUndefined();
    expect(modelOf(job)).not.toHaveProperty('FinalizeRevision');
  });
});

describe('a file in the template', () => {
  it.each<[string, Properties, string[]]>([
    ['content alone', { ...URL_IMPORT, UrlAssetContent: FILE }, []],
    ['content and its hash', { ...URL_IMPORT, UrlAssetContent: FILE, UrlAssetMd5Hash: FILE_MD5 }, []],
    [
      'content and another hash',
      { ...URL_IMPORT, UrlAssetContent: FILE, UrlAssetMd5Hash: OTHER_MD5 },
      [`UrlAssetMd5Hash does not agree with UrlAssetContent, whose MD5 is ${FILE_MD5}; correct it or leave it out`],
    ],
    [
      'neither',
      URL_IMPORT,
      ['UrlAssetMd5Hash is required for IMPORT_ASSET_FROM_SIGNED_URL where UrlAssetContent is not given, but missing'],
    ],
    ['text that is no JSON', { ...URL_IMPORT, UrlAssetContent: '{' }, []],
    ['a specification', { ...API, ApiGatewayApiSpecification: SPEC }, []],
    [
      'a specification and its hash',
      { ...API, ApiGatewayApiSpecification: SPEC, ApiGatewayApiSpecificationMd5Hash: md5Of(SPEC) },
      [],
    ],
    [
      'a specification that is no JSON',
      { ...API, ApiGatewayApiSpecification: 'openapi: 3.0.1' },
      ['ApiGatewayApiSpecification must be a JSON document'],
    ],
    [
      'no specification and no hash',
      API,
      [
        'ApiGatewayApiSpecificationMd5Hash is required for IMPORT_ASSET_FROM_API_GATEWAY_API where ApiGatewayApiSpecification is not given, but missing',
      ],
    ],
  ])('%s', (_name, model, expected) => expect(said(model)).toEqual(expected));

  it('empty content is one problem about the content', () => {
    const lines = said({ ...URL_IMPORT, UrlAssetContent: '' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^UrlAssetContent /);
  });

  it('is never echoed, whatever is wrong with it', () => {
    const models = [
      { ...API, ApiGatewayApiSpecification: `{ ${SECRET}` },
      { ...API, ApiGatewayApiSpecification: [SECRET] },
      { ...URL_IMPORT, UrlAssetContent: { a: SECRET } },
      { ...URL_IMPORT, UrlAssetContent: SECRET, UrlAssetMd5Hash: OTHER_MD5 },
      { ...MINIMAL.EXPORT_ASSETS_TO_S3, UrlAssetContent: SECRET, ApiGatewayApiSpecification: SECRET },
    ];
    for (const model of models) {
      expect(said(model).length).toBeGreaterThan(0);
      expect(said(model).join()).not.toContain(SECRET);
    }
  });

  it.each([
    ['', '1B2M2Y8AsgTpgAmY7PhCfg=='],
    ['a', 'DMF1ucDxtqgxw5niaXcmYQ=='],
    // openssl md5 -binary | base64 of the UTF-8 bytes
    ['ü', Buffer.from('c03410a5204b21cd8229ff754688d743', 'hex').toString('base64')],
  ])('has the digest of its UTF-8 bytes: %j', (content, digest) => expect(md5Of(content)).toBe(digest));

  it('goes to the service as its hash, and is not shown again', () => {
    const model = { ...URL_IMPORT, UrlAssetContent: FILE };
    expect(fileOf(model)).toEqual({ property: 'UrlAssetContent', content: FILE });
    expect(computedHash(model)).toEqual({ UrlAssetMd5Hash: FILE_MD5 });
    const input = createJobInput(model);
    expect(input.Details).toMatchObject({ ImportAssetFromSignedUrl: { Md5Hash: FILE_MD5 } });
    expect(JSON.stringify(input)).not.toContain('degrees');
    expect(createJobInput({ ...API, ApiGatewayApiSpecification: SPEC }).Details).toMatchObject({
      ImportAssetFromApiGatewayApi: { ApiSpecificationMd5Hash: md5Of(SPEC) },
    });
    expect(withoutWriteOnly(model)).not.toHaveProperty('UrlAssetContent');
  });

  it('belongs to its type alone', () => {
    expect(fileOf({ ...MINIMAL.IMPORT_ASSETS_FROM_S3, UrlAssetContent: FILE })).toBeUndefined();
    expect(computedHash(URL_IMPORT)).toEqual({});
    expect(jobType('EXPORT_ASSET_TO_SIGNED_URL')?.upload).toBeUndefined();
  });

  const withFile = { ...URL_IMPORT, UrlAssetContent: FILE };
  const shown = modelOf({ Id: JOB_ID, State: 'COMPLETED', ...createJobInput(withFile) });
  it.each<[string, Properties, Properties, string[]]>([
    ['the same', withFile, withFile, []],
    ['the same as the service shows', withFile, shown, []],
    ['the content gone from the previous model', withFile, without(withFile, 'UrlAssetContent'), []],
    ['a hash in its place', { ...URL_IMPORT, UrlAssetMd5Hash: FILE_MD5 }, withFile, []],
    ['other content', { ...withFile, UrlAssetContent: 'x' }, withFile, ['UrlAssetContent', 'UrlAssetMd5Hash']],
    ['other content than the service shows', { ...withFile, UrlAssetContent: 'x' }, shown, ['UrlAssetMd5Hash']],
    ['another hash in its place', { ...URL_IMPORT, UrlAssetMd5Hash: OTHER_MD5 }, withFile, ['UrlAssetMd5Hash']],
  ])('compared: %s', (_name, desired, previous, expected) => {
    const differing = createOnlyDifferences(desired, previous);
    // the hash is named too where it follows from the content
    expect(expected).toEqual(expect.arrayContaining(differing));
    expect(differing.length > 0).toBe(expected.length > 0);
  });
});

describe('whose a revision is', () => {
  const tagged = (Tags?: Record<string, string>): Revision => ({ Id: REVISION, Tags });
  it.each<[string, Record<string, string> | undefined, boolean, boolean]>([
    ['without tags', undefined, false, false],
    ['with other tags', { project: 'x' }, false, false],
    ['with a prototype’s name', JSON.parse('{"__proto__":{"x":"y"}}'), false, false],
    ['with the request’s tag', tokenTag('t'), true, true],
    ['with both tags', { ...tokenTag('t'), ...jobTag(JOB_ID) }, true, true],
    ['with the job’s tag', jobTag(JOB_ID), false, true],
    ['of another request and job', { ...tokenTag('u'), ...jobTag('other') }, false, false],
    ['of another job', { ...tokenTag('t'), ...jobTag('other') }, true, false],
  ])('%s', (_name, tags, ofToken, ofJob) => {
    expect(wasMadeBy(tagged(tags), 't')).toBe(ofToken);
    expect(belongsToJob(tagged(tags), JOB_ID)).toBe(ofJob);
  });

  it('the tag does not tell the token', () => {
    expect(Object.values(tokenTag('my token'))).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(tokenTag('a')).not.toEqual(tokenTag('b'));
  });

  it('a job that shows no details fills none', () => {
    const Type = 'IMPORT_ASSETS_FROM_S3';
    for (const Details of [
      undefined,
      {},
      { ImportAssetsFromS3: null },
      { ImportAssetsFromS3: { DataSetId: DATA_SET } },
    ]) {
      expect(revisionOf({ Id: JOB_ID, State: 'WAITING', Type, Details: Details as never })).toBeUndefined();
    }
  });
});

it('the largest model of every type can be had without a revision of its own', () => {
  for (const [name] of FILLING) {
    expect(said(without(MAXIMAL[name], 'RevisionId'))).toEqual([]);
  }
});
