import type { Job } from '../../src/job/job';
import type { Properties } from '../../src/job/properties';
import { finalisedTag, type Revision, tokenTag } from '../../src/job/revision';
import { createJobInput } from '../../src/job/translate';
import type { CallbackContext } from '../../src/operations/callback-context';
import { DATA_SET, JOB_ID, MAXIMAL, MINIMAL, REVISION, SECRET } from '../job/examples';
import { failed, inProgress, shown, started, triesAgain, withoutJob } from './support/answers';
import {
  call,
  deleteRevision,
  type ExpectedCall,
  finalise,
  getJob,
  getRevision,
  listAssets,
  startJob,
  tagAsFinalised,
  tagResource,
} from './support/calls';
import { context, HOUR, NOW, SECOND, TOKEN } from './support/invocation';
import { IMPORT, importIn, jobIn, OWN_IMPORT, ownImportIn } from './support/jobs';
import { ABSENT, CONFLICT, PERMANENT, QUOTA, type Refused, refused, TRANSIENT } from './support/refusals';
import { FINALISED, OPEN, REVISION_NAME, revision, UNTAGGED } from './support/revisions';
import { play, transcripts } from './support/transcript';

function createJob(model: Properties, result: Job | Refused): ExpectedCall {
  return call('createJob', [createJobInput(model)], result);
}

/** The answer of the first invocation. */
function created(changes: Partial<CallbackContext> = {}): object {
  const context = { phase: 'to-start', createdAt: NOW, lastSeen: 'WAITING', ...changes } as const;
  return inProgress(1, `job ${JOB_ID} created`, context);
}

describe('a create with a revision that the template names', () => {
  const given = { operation: 'CREATE', desired: IMPORT } as const;
  const NEW_JOB = createJob(IMPORT, importIn('WAITING'));
  const idle = { ...IMPORT, StartOnCreation: false };
  const finalising = { ...IMPORT, FinalizeRevision: true };

  transcripts(given, [
    ['starts nothing before CloudFormation has the identifier', [NEW_JOB], created()],
    ['remembers that the job is to stay WAITING', [NEW_JOB], created({ phase: 'idle' }), { desired: idle }],
    ['remembers to finalise the revision', [NEW_JOB], created({ finalise: true }), { desired: finalising }],
    ['may be repeated after a lost answer', [createJob(IMPORT, TRANSIENT)], withoutJob('Throttling', 'createJob')],
    ['is denied', [createJob(IMPORT, PERMANENT)], withoutJob('AccessDenied', 'createJob')],
  ]);

  it('names every problem of an invalid model, and calls nothing', async () => {
    const answer = await play({ ...given, desired: { Type: 'EXPORT_ASSETS_TO_S3', Foo: 1 } }, []);
    expect(answer).toEqual(withoutJob('InvalidRequest', 'Foo'));
    for (const name of ['DataSetId', 'RevisionId', 'S3AssetDestinations']) {
      expect(answer.message).toContain(name);
    }
  });

  it('answers with the model that was asked for and the identifier, without secrets', async () => {
    const desired = MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API;
    const answer = await play({ ...given, desired }, [createJob(desired, jobIn('WAITING', desired))]);
    const { ApiGatewayApiKey: _, ...rest } = desired;
    expect(answer.resourceModel).toEqual({ ...rest, Id: JOB_ID });
  });
});

const OWN = { operation: 'CREATE', desired: OWN_IMPORT } as const;

function listRevisions(result: readonly Revision[] | Refused): ExpectedCall {
  const page = typeof result === 'function' ? result : { revisions: result };
  return call('listRevisions', [DATA_SET, { nextToken: undefined }], page);
}

function createRevision(result: Revision | Refused): ExpectedCall {
  return call('createRevision', [DATA_SET, undefined, tokenTag(TOKEN)], result);
}

function createOwnJob(result: Job | Refused): ExpectedCall {
  return createJob({ ...OWN_IMPORT, RevisionId: REVISION }, result);
}

function listJobs(result: readonly Job[] | Refused): ExpectedCall {
  return call('listJobs', [REVISION_NAME], typeof result === 'function' ? result : { jobs: result });
}

const NONE = listRevisions([]);
const NEW_REVISION = createRevision(revision());
const MADE = [NONE, NEW_REVISION];
const LISTED = listRevisions([UNTAGGED]);
const SEEN = getRevision(UNTAGGED);
const FOUND = [LISTED, SEEN];
const NEW_JOB = createOwnJob(ownImportIn('WAITING'));
const TAGGED = tagResource();

describe('a create with a revision of its own', () => {
  const theirs = revision({ Id: 'other'.padEnd(32, '0'), Tags: tokenTag('another token') });
  const getTheirs = call('getRevision', [{ dataSetId: DATA_SET, revisionId: theirs.Id }], theirs);
  const newerJob = { ...ownImportIn('WAITING'), Id: 'newer'.padEnd(32, '0') };

  function madeBefore(age: number): ExpectedCall {
    return listRevisions([revision({ CreatedAt: new Date(NOW - age).toISOString() })]);
  }

  it('makes revision and job, joins them by a tag, and answers with the identifier', async () => {
    const answer = await play(OWN, [...MADE, NEW_JOB, TAGGED]);
    expect(answer.resourceModel).toEqual({ ...OWN_IMPORT, Id: JOB_ID });
  });

  describe('looks for what an earlier try of the same request has made, and finds', () => {
    transcripts(OWN, [
      ['nothing', [...MADE, NEW_JOB, TAGGED], created()],
      ['a revision without a job', [...FOUND, listJobs([]), NEW_JOB, TAGGED], created()],
      ['a revision with its job', [...FOUND, listJobs([ownImportIn('WAITING')]), TAGGED], created()],
      ['a cancelled job', [...FOUND, listJobs([ownImportIn('CANCELLED')]), NEW_JOB, TAGGED], created()],
      ['a newer job as well', [...FOUND, listJobs([newerJob, ownImportIn('WAITING')]), TAGGED], created()],
      [
        'a revision behind one of another request',
        [listRevisions([theirs, UNTAGGED]), getTheirs, SEEN, listJobs([]), NEW_JOB, TAGGED],
        created(),
      ],
      ['a revision that is gone by now', [LISTED, getRevision(ABSENT), NEW_REVISION, NEW_JOB, TAGGED], created()],
      ['one of an hour ago, too old', [madeBefore(HOUR), NEW_REVISION, NEW_JOB, TAGGED], created()],
      ['one of almost an hour ago', [madeBefore(HOUR - SECOND), SEEN, listJobs([]), NEW_JOB, TAGGED], created()],
      [
        'one without a time',
        [listRevisions([revision({ CreatedAt: undefined })]), NEW_REVISION, NEW_JOB, TAGGED],
        created(),
      ],
    ]);
  });

  it('passes on comment and tags, beside the tag of the request', async () => {
    const desired = { ...OWN_IMPORT, RevisionComment: 'Prices', RevisionTags: [{ Key: 'team', Value: 'x' }] };
    const commented = call('createRevision', [DATA_SET, 'Prices', { team: 'x', ...tokenTag(TOKEN) }], revision());
    expect(await play({ ...OWN, desired }, [NONE, commented, NEW_JOB, TAGGED])).toMatchObject({
      status: 'IN_PROGRESS',
    });
  });

  describe('goes on after a lost answer of', () => {
    transcripts(OWN, [
      ['CreateRevision', [NONE, createRevision(TRANSIENT), ...FOUND, listJobs([]), NEW_JOB, TAGGED], created()],
      ['CreateJob', [...MADE, createOwnJob(TRANSIENT), listJobs([ownImportIn('WAITING')]), TAGGED], created()],
    ]);
  });

  // After a retriable code CloudFormation repeats the request with the same token, and what is left behind is found.
  describe('that ends without a job leaves nothing behind, or answers a retriable code', () => {
    const UNKNOWN_JOBS = [...FOUND, listJobs(TRANSIENT), listJobs(TRANSIENT)];
    const REMOVED = deleteRevision();
    const NO_ANSWER = [...MADE, createOwnJob(TRANSIENT)];
    const DENIED = [...MADE, createOwnJob(PERMANENT)];
    const left = `Revision ${REVISION}, made for it, could not be removed: deleteRevision was refused`;
    const lostRevision = withoutJob('Throttling', 'createRevision');
    const expired = refused('transient', 'InvalidCredentials');

    transcripts(OWN, [
      ['the revisions cannot be listed', [listRevisions(TRANSIENT)], withoutJob('Throttling', 'listRevisions')],
      ['the data set does not exist', [listRevisions(ABSENT)], withoutJob('InvalidRequest', 'listRevisions')],
      ['GetRevision is denied', [LISTED, getRevision(PERMANENT)], withoutJob('AccessDenied', 'getRevision')],
      [
        'CreateRevision is refused',
        [NONE, createRevision(QUOTA)],
        withoutJob('ServiceLimitExceeded', 'createRevision'),
      ],
      ['CreateRevision gets no answer, and made none', [NONE, createRevision(TRANSIENT), NONE], lostRevision],
      [
        'the revisions cannot be listed again',
        [NONE, createRevision(TRANSIENT), listRevisions(PERMANENT)],
        lostRevision,
      ],
      ['CreateJob is refused', [...DENIED, REMOVED], withoutJob('AccessDenied', 'createJob')],
      ['the revision is gone by then', [...DENIED, deleteRevision(ABSENT)], withoutJob('AccessDenied', 'createJob')],
      ['the revision cannot be removed yet', [...DENIED, deleteRevision(TRANSIENT)], withoutJob('Throttling', left)],
      ['the credentials expire', [...DENIED, deleteRevision(expired)], withoutJob('ServiceInternalError', left)],
      ['the revision cannot be removed', [...DENIED, deleteRevision(PERMANENT)], withoutJob('AccessDenied', left)],
      [
        'CreateJob gets no answer, and made none',
        [...NO_ANSWER, listJobs([]), REMOVED],
        withoutJob('Throttling', 'createJob'),
      ],
      ['the jobs cannot be listed yet', [...NO_ANSWER, listJobs(TRANSIENT)], withoutJob('Throttling', 'listJobs')],
      [
        'the jobs cannot be listed',
        [...NO_ANSWER, listJobs(PERMANENT), REMOVED],
        withoutJob('Throttling', 'createJob'),
      ],
      ['the jobs of a found revision cannot be listed', UNKNOWN_JOBS, withoutJob('Throttling', 'listJobs')],
    ]);
  });
});

describe('the tag that joins revision and job', () => {
  const untagged = revision().Arn;
  const BEFORE = [...MADE, NEW_JOB];
  const later = { ...OWN, desired: { ...OWN_IMPORT, Id: JOB_ID }, callbackContext: context('to-start', { untagged }) };

  describe('in the first invocation', () => {
    transcripts(OWN, [
      ['may come later', [...BEFORE, tagResource(TRANSIENT)], created({ untagged })],
      ['is denied', [...BEFORE, tagResource(PERMANENT)], failed('AccessDenied', `Job ${JOB_ID}: tagResource`)],
      ['finds no revision', [...BEFORE, tagResource(ABSENT)], failed('NotStabilized', 'tagResource')],
    ]);
  });

  describe('in a later invocation', () => {
    transcripts(later, [
      ['comes before the start', [TAGGED, startJob()], started('import', { untagged: undefined })],
      [
        'is set, though the job waits for a slot',
        [TAGGED, startJob(QUOTA)],
        inProgress(2, 'waiting for one of 10 job slots; the last answer: startJob was refused: quota', {
          slotSince: NOW,
          untagged: undefined,
        }),
      ],
    ]);
  });

  it('waits after a conflict, in the first invocation and in a later one', async () => {
    const first = await play(OWN, [...BEFORE, tagResource(CONFLICT)]);
    expect(first).toMatchObject({ status: 'IN_PROGRESS', callbackContext: { untagged } });
    const second = await play({ ...later, callbackContext: first.callbackContext }, [tagResource(CONFLICT)]);
    expect(second).toMatchObject({ status: 'IN_PROGRESS', callbackContext: { untagged, faults: 1 } });
    const third = await play({ ...later, callbackContext: second.callbackContext }, [TAGGED, startJob()]);
    expect(third).toMatchObject({ status: 'IN_PROGRESS', message: 'import started' });
  });
});

describe('an upload', () => {
  const url = 'https://upload.example/x?X-Amz-Signature=abc';
  const { UrlAssetMd5Hash: _, RevisionId: __, ...withoutHash } = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
  const own: Properties = { ...withoutHash, UrlAssetContent: `a,b\n${SECRET}`, StartOnCreation: true };
  const desired = { ...own, RevisionId: REVISION };
  const withoutUrl = jobIn('WAITING', desired);
  const branch = withoutUrl.Details?.ImportAssetFromSignedUrl as object;
  const branchWithUrl = { ...branch, SignedUrl: url, SignedUrlExpiresAt: '2026-11-22T10:01:00.000Z' };
  const job = { ...withoutUrl, Details: { ImportAssetFromSignedUrl: branchWithUrl } };
  const fails = failed('GeneralServiceException', `Job ${JOB_ID}: upload was refused`);

  function upload(result?: Refused): ExpectedCall {
    const file = { property: 'UrlAssetContent', bytes: Buffer.from(own.UrlAssetContent as string) };
    return call('upload', [file, url, '2026-11-22T10:01:00.000Z'], result);
  }

  transcripts({ operation: 'CREATE', desired }, [
    ['is sent to the URL that the job shows', [createJob(desired, job), upload()], created()],
    ['comes before the tag', [...MADE, createJob(desired, job), upload(), TAGGED], created(), { desired: own }],
    [
      'is not repeated for a job that an earlier try has started',
      [...FOUND, listJobs([{ ...job, State: 'IN_PROGRESS' }]), TAGGED],
      created({ lastSeen: 'IN_PROGRESS' }),
      { desired: own },
    ],
    [
      'is left to the user where the template holds the hash',
      [createJob(MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL, job)],
      created({ phase: 'idle' }),
      { desired: MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL },
    ],
    ['needs a URL', [createJob(desired, withoutUrl)], failed('GeneralServiceException', 'there is no URL to upload')],
    ['is refused', [createJob(desired, job), upload(refused('permanent', 'GeneralServiceException'))], fails],
    [
      'is refused, and the revision has its tag all the same: a delete may find it by nothing else',
      [...MADE, createJob(desired, job), upload(refused('permanent', 'GeneralServiceException')), TAGGED],
      fails,
      { desired: own },
    ],
    // A retriable code would have CloudFormation make another job.
    ['gets no answer', [createJob(desired, job), upload(refused('transient', 'NetworkFailure'))], fails],
  ]);
});

const COMPLETED = ownImportIn('COMPLETED');
const NAMED_COMPLETED = importIn('COMPLETED');
const WAITING = ownImportIn('WAITING');
/** A revision that somebody else has finalised. */
const FINALISED_BY_OTHERS = { ...OPEN, Finalized: true };
const FINALISING = [tagAsFinalised(), finalise()];
const ASSETS = listAssets();

describe('a create whose job is COMPLETED', () => {
  const given = { ...OWN, desired: { ...OWN_IMPORT, Id: JOB_ID }, callbackContext: context('started') };
  const named = { desired: { ...IMPORT, Id: JOB_ID } };
  const removed = failed('NotStabilized', `revision ${REVISION} was removed by somebody else. Create both again.`);

  describe('leaves the revision', () => {
    transcripts(given, [
      ['open', [getJob(COMPLETED), getRevision(OPEN), ASSETS], shown(COMPLETED, OPEN)],
      [
        'finalised by somebody else',
        [getJob(COMPLETED), getRevision(FINALISED_BY_OTHERS), ASSETS],
        shown(COMPLETED, FINALISED_BY_OTHERS),
      ],
      ['that was named and is gone', [getJob(NAMED_COMPLETED), getRevision(ABSENT)], shown(NAMED_COMPLETED), named],
    ]);
  });

  describe('finalises the revision', () => {
    const before = [getJob(COMPLETED), getRevision(OPEN)];

    transcripts({ ...given, callbackContext: context('started', { finalise: true }) }, [
      ['of its own', [...before, ...FINALISING, ASSETS], shown(COMPLETED, FINALISED)],
      [
        'that the template names',
        [getJob(NAMED_COMPLETED), getRevision(revision()), ...FINALISING, ASSETS],
        shown(NAMED_COMPLETED, revision({ Finalized: true, Tags: finalisedTag(JOB_ID) })),
        named,
      ],
      ['which is finalised already', [getJob(COMPLETED), getRevision(FINALISED), ASSETS], shown(COMPLETED, FINALISED)],
      [
        'which somebody else has finalised, and shows that it would have',
        [getJob(COMPLETED), getRevision(FINALISED_BY_OTHERS), tagAsFinalised(), ASSETS],
        shown(COMPLETED, FINALISED),
      ],
      [
        'which has changed meanwhile',
        [...before, tagAsFinalised(), finalise(CONFLICT)],
        failed('GeneralServiceException', 'The revision cannot be finalised as it is: look at it in'),
      ],
      ['which is gone', [getJob(COMPLETED), getRevision(ABSENT)], removed],
      ['which is gone after GetRevision', [...before, tagAsFinalised(), finalise(ABSENT)], removed],
      ['that was named and is gone', [getJob(NAMED_COMPLETED), getRevision(ABSENT)], removed, named],
    ]);
  });
});

describe('a create whose context was lost', () => {
  const desired = { ...OWN_IMPORT, Id: JOB_ID };

  transcripts({ ...OWN, desired }, [
    ['calls GetJob before StartJob', [getJob(WAITING), startJob()], started('import', { lastSeen: 'WAITING' })],
    [
      'does not start a job that is to stay WAITING',
      [getJob(WAITING), getRevision(OPEN)],
      shown(WAITING, OPEN),
      { desired: { ...desired, StartOnCreation: false } },
    ],
    [
      'fails if the revision of a job that is to stay WAITING is gone',
      [getJob(WAITING), getRevision(ABSENT)],
      failed('NotStabilized', `revision ${REVISION} was removed by somebody else. Create both again.`),
      { desired: { ...desired, StartOnCreation: false } },
    ],
    [
      'finalises the revision',
      [getJob(COMPLETED), getRevision(OPEN), ...FINALISING, ASSETS],
      shown(COMPLETED, FINALISED),
      { desired: { ...desired, FinalizeRevision: true } },
    ],
    ['sets a missing tag', [getJob(COMPLETED), getRevision(UNTAGGED), TAGGED, ASSETS], shown(COMPLETED, UNTAGGED)],
    [
      'does not succeed without the tag',
      [getJob(COMPLETED), getRevision(UNTAGGED), tagResource(TRANSIENT)],
      triesAgain('tagResource', { phase: 'to-start', lastSeen: 'COMPLETED' }),
    ],
  ]);
});
