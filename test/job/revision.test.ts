import { JOB_TYPE_NAMES, JOB_TYPES, type JobType } from '../../src/job/job-types';
import {
  belongsToJob,
  finalisedTag,
  isFinalisedBy,
  isFinalisedByAnother,
  isUntagged,
  jobTag,
  REOPENED,
  type Revision,
  revisionOf,
  tagsOf,
  tokenTag,
  wantedTags,
  wantsOwnRevision,
  wasMadeBy,
} from '../../src/job/revision';
import { createJobInput } from '../../src/job/translate';
import { DATA_SET, JOB_ID, MINIMAL, REVISION } from './examples';

/** Which revision belongs to whom. */

const ARN = 'arn:of:the:revision';

it.each(JOB_TYPE_NAMES)('%s makes a revision exactly if its type may and the template names none', (name) => {
  const { ownRevision } = JOB_TYPES[name] as JobType;
  const { RevisionId: _, ...bare } = MINIMAL[name];
  expect(wantsOwnRevision(bare)).toBe(ownRevision === true);
  expect(wantsOwnRevision({ ...bare, RevisionId: REVISION })).toBe(false);
  const job = { Id: JOB_ID, State: 'COMPLETED', ...createJobInput(MINIMAL[name]) };
  expect(revisionOf(job)).toEqual(ownRevision ? { dataSetId: DATA_SET, revisionId: REVISION } : undefined);
});

it.each([undefined, {}, { ImportAssetsFromS3: null }, { ImportAssetsFromS3: { DataSetId: DATA_SET } }])(
  'a job whose details are %j fills no revision',
  (Details) => {
    expect(
      revisionOf({ Id: JOB_ID, State: 'WAITING', Type: 'IMPORT_ASSETS_FROM_S3', Details: Details as never }),
    ).toBeUndefined();
  },
);

it('finalising leaves the finalising job’s tag, so that each job shows what it did itself', () => {
  const revision = { Id: REVISION, Arn: ARN, Finalized: true, Tags: { ...finalisedTag('other'), team: 'x' } };
  expect(isFinalisedBy(revision, JOB_ID)).toBe(false);
  expect(isFinalisedByAnother(revision, JOB_ID)).toBe(true);
  const byBoth = { ...revision, Tags: { ...revision.Tags, ...finalisedTag(JOB_ID) } };
  expect(isFinalisedBy(byBoth, JOB_ID)).toBe(true);
  expect(isFinalisedBy({ ...byBoth, Finalized: false }, JOB_ID)).toBe(false);
  expect(isFinalisedByAnother({ ...revision, Tags: finalisedTag(JOB_ID) }, JOB_ID)).toBe(false);
});

it('tags show by key, without those that a template may not use', () => {
  const Tags = { team: 'x', 'aws:createdBy': 'y', draft: '', ...tokenTag('t'), ...jobTag(JOB_ID), ...REOPENED };
  const shown = [
    { Key: 'draft', Value: '' },
    { Key: 'team', Value: 'x' },
  ];
  expect(tagsOf({ Id: REVISION, Arn: ARN, Tags })).toEqual(shown);
  expect(wantedTags({ RevisionTags: shown })).toEqual({ draft: '', team: 'x' });
  expect(wantedTags({})).toEqual({});
});

/**
 * Tags of a revision; whether it was made by the request `t`, belongs to the job JOB_ID, and waits for its job's tag.
 */
it.each<[string, Record<string, string> | undefined, boolean, boolean, boolean]>([
  ['without tags', undefined, false, false, false],
  ['with other tags', { project: 'x' }, false, false, false],
  ['with a prototype’s name', JSON.parse('{"__proto__":{"x":"y"}}'), false, false, false],
  ['with the tag of the request', tokenTag('t'), true, true, true],
  ['with both tags', { ...tokenTag('t'), ...jobTag(JOB_ID) }, true, true, false],
  ['with the tag of the job', jobTag(JOB_ID), false, true, false],
  ['of another request and job', { ...tokenTag('u'), ...jobTag('other') }, false, false, false],
  ['of another job', { ...tokenTag('t'), ...jobTag('other') }, true, false, false],
])('a revision %s', (_name, Tags, ofRequest, ofJob, untagged) => {
  const revision: Revision = { Id: REVISION, Arn: ARN, Tags };
  expect([wasMadeBy(revision, 't'), belongsToJob(revision, JOB_ID), isUntagged(revision)]).toEqual([
    ofRequest,
    ofJob,
    untagged,
  ]);
});

it('the tag of a request does not contain its token', () => {
  expect(Object.values(tokenTag('my token'))).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(tokenTag('a')).not.toEqual(tokenTag('b'));
});
