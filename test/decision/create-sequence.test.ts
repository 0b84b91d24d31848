import { decide } from '../../src/decision/decide';
import type { Outcome, Step } from '../../src/decision/steps';
import type { Properties } from '../../src/job/properties';
import { jobTag, type Revision, tokenTag } from '../../src/job/revision';
import { md5Of } from '../../src/job/upload';
import { DATA_SET, JOB_ID, MINIMAL, REVISION, SECRET } from '../job/examples';
import { drive, pureHandlers } from './driver';
import { ServiceModel } from './service-model';
import {
  brief,
  failure,
  H,
  IMPORT,
  inProgress,
  jobIn,
  MIN,
  NOW,
  OWN_IMPORT,
  refused,
  revision,
  S,
  seenRevision,
  situation,
  TOKEN,
} from './situations';

/** A create up to its first answer: which call follows which answer, and what is left behind when it fails. */

const SHOWN = { ...OWN_IMPORT, RevisionId: REVISION };
const { UrlAssetMd5Hash: _, RevisionId: __, ...URL_IMPORT } = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
const WITH_FILE: Properties = { ...URL_IMPORT, UrlAssetContent: `a,b\n${SECRET}`, StartOnCreation: true };
const URL = 'https://upload.example/x?X-Amz-Signature=abc';

const listing = (...revisions: Revision[]): Outcome => ({ call: 'ListDataSetRevisions', revisions });
const NONE = listing();
const MADE: Outcome = { call: 'CreateRevision', revision: revision() };
const JOB: Outcome = { call: 'CreateJob', job: jobIn('WAITING', SHOWN) };
const TAGGED: Outcome = { call: 'TagResource', accepted: true };
const REMOVED: Outcome = { call: 'DeleteRevision', accepted: true };
const UPLOADED: Outcome = { call: 'Upload', accepted: true };
const jobs = (...states: string[]): Outcome => ({
  call: 'ListJobs',
  jobs: states.map((state) => jobIn(state, SHOWN)),
});
const ours = revision({ Tags: tokenTag(TOKEN) });
const another = revision({ Id: 'other'.padEnd(32, '0'), Tags: tokenTag('another token') });
const withUrl = (state = 'WAITING'): Outcome => {
  const job = jobIn(state, { ...WITH_FILE, RevisionId: REVISION });
  const branch = { ...(job.Details?.ImportAssetFromSignedUrl as object), SignedUrl: URL, SignedUrlExpiresAt: 'later' };
  return { call: 'CreateJob', job: { ...job, Details: { ImportAssetFromSignedUrl: branch } } };
};

const next = (outcomes: Outcome[], desired: Properties = OWN_IMPORT): Step => decide(situation({ desired, outcomes }));

describe('each answer and the step after it', () => {
  it.each<[string, Outcome[], string]>([
    ['nothing yet', [], 'ListDataSetRevisions'],
    ['no revision at all', [NONE], 'CreateRevision'],
    ['a recent revision: its tags are not in the list', [listing(revision())], 'GetRevision'],
    ['a revision of an hour ago', [listing(revision({ CreatedAt: at(H) }))], 'CreateRevision'],
    ['a revision of a bit less', [listing(revision({ CreatedAt: at(H - S) }))], 'GetRevision'],
    ['a revision without a time', [listing(revision({ CreatedAt: undefined }))], 'CreateRevision'],
    ['one of another request', [listing(another), seenRevision(another)], 'CreateRevision'],
    ['one of another request, and a further one', [listing(another, ours), seenRevision(another)], 'GetRevision'],
    ['one that is gone meanwhile', [listing(ours), refused('GetRevision', 'absent')], 'CreateRevision'],
    ['our own from before', [listing(ours), seenRevision(ours)], 'ListJobs'],
    ['its job', [listing(ours), seenRevision(ours), jobs('WAITING')], 'TagResource'],
    ['its job, running', [listing(ours), seenRevision(ours), jobs('IN_PROGRESS')], 'TagResource'],
    ['its job, cancelled', [listing(ours), seenRevision(ours), jobs('CANCELLED')], 'CreateJob'],
    ['no job in it', [listing(ours), seenRevision(ours), jobs()], 'CreateJob'],
    ['a new revision', [NONE, MADE], 'CreateJob'],
    ['a job', [NONE, MADE, JOB], 'TagResource'],
    ['a tag', [NONE, MADE, JOB, TAGGED], 'wait to-start'],
    ['a tag that has to wait', [NONE, MADE, JOB, refused('TagResource', 'fault')], 'wait to-start'],
    ['a tag over quota', [NONE, MADE, JOB, refused('TagResource', 'quota')], 'wait to-start'],
    ['a tag in a conflict', [NONE, MADE, JOB, refused('TagResource', 'conflict')], 'wait to-start'],
    ['a tag that is refused', [NONE, MADE, JOB, refused('TagResource', 'final')], 'AccessDenied +id'],
    ['a tag for what is gone', [NONE, MADE, JOB, refused('TagResource', 'absent')], 'NotStabilized +id'],
  ])('%s', (_name, outcomes, expected) => expect(brief(next(outcomes))).toBe(expected));

  function at(age: number): string {
    return new Date(NOW - age).toISOString();
  }
});

describe('each refusal, and what is left behind', () => {
  // A retriable code has CloudFormation create again with the same token, and then what is there is found.
  it.each<[string, Outcome[], string]>([
    ['the list: fault', [refused('ListDataSetRevisions', 'fault')], 'Throttling'],
    ['the list: denied', [refused('ListDataSetRevisions', 'final')], 'AccessDenied'],
    ['a candidate: fault', [listing(ours), refused('GetRevision', 'fault')], 'Throttling'],
    ['a candidate: denied', [listing(ours), refused('GetRevision', 'final')], 'AccessDenied'],
    ['a new revision: denied', [NONE, refused('CreateRevision', 'final')], 'AccessDenied'],
    ['a new revision: quota', [NONE, refused('CreateRevision', 'quota')], 'ServiceLimitExceeded'],
    ['a new revision: its answer lost', [NONE, refused('CreateRevision', 'fault')], 'ListDataSetRevisions'],
    ['... and it is not there', [NONE, refused('CreateRevision', 'fault'), NONE], 'Throttling'],
    [
      '... and another is',
      [NONE, refused('CreateRevision', 'fault'), listing(another), seenRevision(another)],
      'Throttling',
    ],
    ['... and it is there', [NONE, refused('CreateRevision', 'fault'), listing(ours), seenRevision(ours)], 'ListJobs'],
    ['the job: refused', [NONE, MADE, refused('CreateJob', 'final')], 'DeleteRevision'],
    ['the job: quota', [NONE, MADE, refused('CreateJob', 'quota')], 'DeleteRevision'],
    ['the job: conflict', [NONE, MADE, refused('CreateJob', 'conflict')], 'DeleteRevision'],
    ['... and its revision is removed', [NONE, MADE, refused('CreateJob', 'final'), REMOVED], 'AccessDenied'],
    ['... or gone', [NONE, MADE, refused('CreateJob', 'final'), refused('DeleteRevision', 'absent')], 'AccessDenied'],
    ['... or not yet', [NONE, MADE, refused('CreateJob', 'final'), refused('DeleteRevision', 'fault')], 'Throttling'],
    [
      '... or kept',
      [NONE, MADE, refused('CreateJob', 'quota'), refused('DeleteRevision', 'final')],
      'ServiceLimitExceeded',
    ],
    ['the job: its answer lost', [NONE, MADE, refused('CreateJob', 'fault')], 'ListJobs'],
    ['... and it is there', [NONE, MADE, refused('CreateJob', 'fault'), jobs('WAITING')], 'TagResource'],
    ['... and it is not', [NONE, MADE, refused('CreateJob', 'fault'), jobs()], 'DeleteRevision'],
    ['... and that is all', [NONE, MADE, refused('CreateJob', 'fault'), jobs(), REMOVED], 'Throttling'],
    ['... and the look fails', [NONE, MADE, refused('CreateJob', 'fault'), refused('ListJobs', 'fault')], 'Throttling'],
    [
      '... and the look is denied',
      [NONE, MADE, refused('CreateJob', 'fault'), refused('ListJobs', 'final')],
      'DeleteRevision',
    ],
    [
      '... so the revision goes',
      [NONE, MADE, refused('CreateJob', 'fault'), refused('ListJobs', 'final'), REMOVED],
      'Throttling',
    ],
    ['a look for its job: denied', [listing(ours), seenRevision(ours), refused('ListJobs', 'final')], 'DeleteRevision'],
    ['... so it goes', [listing(ours), seenRevision(ours), refused('ListJobs', 'final'), REMOVED], 'AccessDenied'],
    ['a look for its job: fault', [listing(ours), seenRevision(ours), refused('ListJobs', 'fault')], 'Throttling'],
  ])('%s', (_name, outcomes, expected) => expect(brief(next(outcomes))).toBe(expected));

  it('a revision that stays is named, with the reason', () => {
    const { message } = failure(next([NONE, MADE, refused('CreateJob', 'final'), refused('DeleteRevision', 'final')]));
    expect(message).toBe(
      `CreateJob said final. Revision ${REVISION}, made for it, could not be removed: DeleteRevision said final`,
    );
  });
});

describe('what the calls ask for', () => {
  it('a revision with comment and the token’s hash, never the token', () => {
    const step = next([NONE], { ...OWN_IMPORT, RevisionComment: 'Prices' });
    expect(step).toEqual({ call: 'CreateRevision', dataSetId: DATA_SET, comment: 'Prices', tags: tokenTag(TOKEN) });
    expect(JSON.stringify(step)).not.toContain(TOKEN);
  });

  it('a job in the revision that was made, or found', () => {
    for (const outcomes of [
      [NONE, MADE],
      [listing(another, ours), seenRevision(another), seenRevision(ours), jobs()],
    ]) {
      expect(next(outcomes)).toMatchObject({
        call: 'CreateJob',
        input: { Details: { ImportAssetsFromS3: { DataSetId: DATA_SET, RevisionId: REVISION } } },
      });
    }
  });

  it('the tag that joins the two, on the revision', () => {
    expect(next([NONE, MADE, JOB])).toEqual({ call: 'TagResource', arn: revision().Arn, tags: jobTag(JOB_ID) });
  });

  it('jobs of the revision alone', () => {
    expect(next([listing(ours), seenRevision(ours)])).toEqual({
      call: 'ListJobs',
      dataSetId: DATA_SET,
      revisionId: REVISION,
    });
  });

  it('nothing of the kind where the template names the revision', () => {
    expect(brief(next([], IMPORT))).toBe('CreateJob');
    expect(brief(next([{ call: 'CreateJob', job: jobIn('WAITING', IMPORT) }], IMPORT))).toBe('wait to-start');
    expect(brief(next([refused('CreateJob', 'fault')], IMPORT))).toBe('Throttling');
    expect(brief(next([refused('CreateJob', 'final')], IMPORT))).toBe('AccessDenied');
  });
});

describe('an upload', () => {
  const BEFORE = [NONE, MADE, withUrl()];
  const step = (...outcomes: Outcome[]): Step => next(outcomes, WITH_FILE);

  it('goes to the URL of the job before anything else, with its digest', () => {
    const content = WITH_FILE.UrlAssetContent as string;
    expect(step(NONE, MADE)).toMatchObject({
      input: { Details: { ImportAssetFromSignedUrl: { Md5Hash: md5Of(content) } } },
    });
    expect(step(...BEFORE)).toEqual({
      call: 'Upload',
      file: { property: 'UrlAssetContent', content, md5: md5Of(content) },
      url: URL,
      expiresAt: 'later',
    });
  });

  it.each<[string, Outcome[], string]>([
    ['done: then the tag', [...BEFORE, UPLOADED], 'TagResource'],
    ['tagged: then the answer', [...BEFORE, UPLOADED, TAGGED], 'wait to-start'],
    ['of a job that was found already running: none', [NONE, MADE, withUrl('IN_PROGRESS')], 'TagResource'],
    [
      'without a URL',
      [NONE, MADE, { ...withUrl(), job: jobIn('WAITING', { ...WITH_FILE, RevisionId: REVISION }) } as Outcome],
      'GeneralServiceException +id',
    ],
    [
      'refused for good',
      [...BEFORE, refused('Upload', 'final', { code: 'GeneralServiceException' })],
      'GeneralServiceException +id',
    ],
    // the budget of the invocation is over: never a code that makes another job
    [
      'that took too long',
      [...BEFORE, refused('Upload', 'fault', { code: 'NetworkFailure' })],
      'GeneralServiceException +id',
    ],
  ])('%s', (_name, outcomes, expected) => {
    const answer = step(...outcomes);
    expect(brief(answer)).toBe(expected);
    if ('status' in answer) {
      expect(JSON.stringify(answer)).not.toContain(SECRET);
    }
    if (expected.endsWith('+id')) {
      expect(failure(answer).model).toMatchObject({ Id: JOB_ID });
      expect(failure(answer).message).toContain(JOB_ID);
    }
  });

  it('is made into a named revision just the same, without a tag', () => {
    const named = { ...WITH_FILE, RevisionId: REVISION };
    expect(brief(next([withUrl()], named))).toBe('Upload');
    expect(brief(next([withUrl(), UPLOADED], named))).toBe('wait to-start');
  });

  it('is none where the user uploads the file', () => {
    expect(brief(next([NONE, MADE, withUrl()], { ...URL_IMPORT, UrlAssetMd5Hash: md5Of('a') }))).toBe('TagResource');
  });
});

describe('what the first answer remembers', () => {
  const FINALISE = { ...OWN_IMPORT, FinalizeRevision: true };

  it('to finalise, and whether the tag is still to come', () => {
    const tagged = inProgress(next([NONE, MADE, JOB, TAGGED], FINALISE));
    expect(tagged.context).toMatchObject({ phase: 'to-start', finalise: true, jobId: JOB_ID, createdAt: NOW });
    expect(tagged.context.untagged).toBeUndefined();
    const untagged = inProgress(next([NONE, MADE, JOB, refused('TagResource', 'fault')]));
    expect(untagged.context).toMatchObject({ phase: 'to-start', untagged: revision().Arn });
    expect(untagged.context.finalise).toBeUndefined();
  });

  it('the tag comes before the start, as often as it takes', () => {
    const { context, model } = inProgress(next([NONE, MADE, JOB, refused('TagResource', 'fault')]));
    const later = (...outcomes: Outcome[]): Step => decide(situation({ desired: model, context, outcomes }));
    expect(later()).toEqual({ call: 'TagResource', arn: revision().Arn, tags: jobTag(JOB_ID) });
    expect(inProgress(later(refused('TagResource', 'fault'))).context.untagged).toBe(revision().Arn);
    expect(brief(later(refused('TagResource', 'final')))).toBe('AccessDenied +id');
    expect(brief(later(refused('TagResource', 'absent')))).toBe('NotStabilized +id');
    expect(brief(later(TAGGED))).toBe('StartJob');
    const started = inProgress(later(TAGGED, { call: 'StartJob', accepted: true }));
    expect(started.context).toMatchObject({ phase: 'started' });
    expect(started.context.untagged).toBeUndefined();
    const waiting = inProgress(later(TAGGED, refused('StartJob', 'quota')));
    expect(waiting.context).toMatchObject({ phase: 'to-start', untagged: undefined });
  });

  it('of another operation means nothing', () => {
    const { context } = inProgress(next([NONE, MADE, JOB, refused('TagResource', 'fault')]));
    expect(brief(decide(situation({ operation: 'READ', context })))).toBe('GetJob');
    expect(brief(decide(situation({ operation: 'DELETE', context })))).toBe('GetJob');
  });
});

describe('a create is idempotent by its token', () => {
  const clock = { now: NOW };
  const world = () => {
    clock.now = NOW;
    const service = new ServiceModel(clock, { lengthMs: 30 * S });
    const lost = new Set<string>();
    const invoke = pureHandlers(clock, async (call) => {
      const outcome = await service.answer(call);
      return lost.delete(call.call) ? refused(call.call, 'fault', { code: 'NetworkFailure' }) : outcome;
    });
    return { service, lost, invoke };
  };
  const request = { operation: 'CREATE', desired: { ...OWN_IMPORT, FinalizeRevision: true } } as const;

  it.each(['CreateRevision', 'CreateJob', 'TagResource', 'StartJob', 'GetJob', 'GetRevision', 'UpdateRevision'])(
    'a lost answer to %s leaves one revision and one job',
    async (call) => {
      const { service, lost, invoke } = world();
      lost.add(call);
      let { answer } = await drive(invoke, clock, request);
      if (call === 'GetRevision') {
        // the first one looks for what an earlier try has made, and nothing exists: CloudFormation tries again
        expect(answer).toMatchObject({ status: 'FAILED', code: 'NetworkFailure' });
        ({ answer } = await drive(invoke, clock, request));
      }
      expect(answer).toMatchObject({ status: 'SUCCESS', model: { State: 'COMPLETED', FinalizeRevision: true } });
      expect(service.made()).toHaveLength(1);
      expect(service.jobs.size).toBe(1);
      const [made] = service.made();
      expect(answer).toMatchObject({ model: { CreatedRevisionId: made?.id } });
      expect(made?.tags).toEqual({ ...tokenTag(TOKEN), ...jobTag([...service.jobs.keys()][0] as string) });
    },
  );

  it('a first invocation that is repeated as a whole goes on with what there is', async () => {
    const { service, invoke } = world();
    await invoke({ ...request, token: TOKEN, rollback: false, callbackContext: undefined });
    await drive(invoke, clock, request);
    expect(service.made()).toHaveLength(1);
    expect(service.jobs.size).toBe(1);
    await drive(invoke, clock, { ...request, token: 'another' });
    expect(service.made()).toHaveLength(2);
    expect(service.jobs.size).toBe(2);
  });

  it('a lost job that does not show is answered by a retriable code, with nothing left', async () => {
    const { service, invoke } = world();
    service.create = () => {
      throw Object.assign(new Error('reset'), { name: 'TimeoutError' });
    };
    const { answer } = await drive(invoke, clock, request);
    expect(answer).toMatchObject({ status: 'FAILED', code: 'NetworkFailure' });
    expect(answer).not.toHaveProperty('model');
    expect(service.made()).toEqual([]);
  });

  it.each(['model', 'context'])('a create that is resumed with only the %s finalises all the same', async (kept) => {
    const { service, invoke } = world();
    const { answer } = await drive(invoke, clock, request, {
      handOn: (handed) => ({
        desired: kept === 'model' ? handed.desired : {},
        callbackContext: kept === 'model' ? undefined : handed.callbackContext,
      }),
    });
    expect(answer).toMatchObject({ status: 'SUCCESS', model: { FinalizeRevision: true } });
    expect(service.started()).toHaveLength(1);
    expect(service.made()).toHaveLength(1);
  });

  it('looks no further back than an hour', async () => {
    const { service, invoke } = world();
    await invoke({ ...request, token: TOKEN, rollback: false, callbackContext: undefined });
    clock.now += 61 * MIN;
    await invoke({ ...request, token: TOKEN, rollback: false, callbackContext: undefined });
    expect(service.made()).toHaveLength(2);
    expect(service.calls.filter((call) => call === 'GetRevision')).toHaveLength(1);
  });
});
