import crypto from 'node:crypto';
import type { Properties } from '../../src/job/properties';
import { finalisedTag, REOPENED, type Revision } from '../../src/job/revision';
import { md5Of } from '../../src/job/upload';
import { JOB_ID, MAXIMAL, MINIMAL, REVISION } from '../job/examples';
import { failed, inProgress, shown, started, triesAgain, withoutJob } from './support/answers';
import {
  call,
  type ExpectedCall,
  finalise,
  getJob,
  getRevision,
  listAssets,
  open,
  startJob,
  tagAsFinalised,
  updateRevision,
} from './support/calls';
import { context, NOW } from './support/invocation';
import { EXPORT, exportIn, IMPORT, importIn, jobIn, OWN_IMPORT, ownImportIn } from './support/jobs';
import { ABSENT, CONFLICT, PERMANENT, QUOTA, type Refused, TRANSIENT } from './support/refusals';
import { FINALISED, OPEN, revision } from './support/revisions';
import { play, transcripts } from './support/transcript';

const RUNS = { ...EXPORT, Id: JOB_ID };
const STAYS = { ...RUNS, StartOnCreation: false };
const UPDATE = { operation: 'UPDATE', desired: RUNS, previous: RUNS } as const;
const WAITING = exportIn('WAITING');
const RUNNING = exportIn('IN_PROGRESS');
const COMPLETED = exportIn('COMPLETED');
const FAILED = exportIn('ERROR');
const running = { phase: 'started', startedAt: NOW, lastSeen: 'IN_PROGRESS' } as const;

/** An update that is refused because only a new job can do what it asks for. */
function replaceIt(part: string): object {
  return failed('NotUpdatable', part);
}

describe('an update that starts the job', () => {
  const change = { change: 'start' } as const;
  const slots = 'waiting for one of 10 job slots; the last answer: startJob was refused: quota';
  const waiting = { phase: 'to-start', slotSince: NOW, lastSeen: 'WAITING', change } as const;
  const given = { ...UPDATE, previous: STAYS };

  transcripts(given, [
    ['starts one that waits', [getJob(WAITING), startJob()], started('export', { lastSeen: 'WAITING', change })],
    ['follows one that runs', [getJob(RUNNING)], inProgress(2, 'export running for 0 s', { ...running, change })],
    ['shows one that is COMPLETED', [getJob(COMPLETED)], shown(COMPLETED)],
    ['needs a new job if it failed', [getJob(FAILED)], replaceIt(`job ${JOB_ID} was started and is ERROR`)],
    ['needs a new job if it took too long', [getJob(exportIn('TIMED_OUT'))], replaceIt('is TIMED_OUT')],
    ['finds a cancelled one', [getJob(exportIn('CANCELLED'))], withoutJob('NotFound', JOB_ID)],
    ['finds none', [getJob(ABSENT)], withoutJob('NotFound', JOB_ID)],
    ['waits for a slot', [getJob(WAITING), startJob(QUOTA)], inProgress(2, slots, waiting)],
    ['shows one that has ended meanwhile', [getJob(WAITING), startJob(CONFLICT), getJob(COMPLETED)], shown(COMPLETED)],
  ]);
});

describe('an update that is to stop the job', () => {
  transcripts({ ...UPDATE, desired: STAYS }, [
    ['shows one that waits', [getJob(WAITING)], shown(WAITING)],
    ['cannot stop one that runs', [getJob(RUNNING)], replaceIt('StartOnCreation cannot change any more')],
    ['cannot make one wait that has ended', [getJob(COMPLETED)], replaceIt('StartOnCreation cannot change any more')],
  ]);
});

describe('an update that changes nothing', () => {
  transcripts(UPDATE, [
    ['shows a job that runs', [getJob(RUNNING)], shown(RUNNING)],
    ['shows a job that failed', [getJob(FAILED)], shown(FAILED)],
    ['finds a cancelled job', [getJob(exportIn('CANCELLED'))], withoutJob('NotFound', JOB_ID)],
  ]);
});

describe('an update of what only a new job can have', () => {
  const anotherSet = { ...RUNS, DataSetId: 'x'.repeat(32) };

  transcripts(UPDATE, [
    [
      'asks CloudFormation to replace the resource',
      [getJob(WAITING)],
      replaceIt('DataSetId can be set only when a job is created: replace the resource.'),
      { desired: anotherSet },
    ],
    [
      'does so though the new value is invalid: the replacement’s create names the problems',
      [getJob(COMPLETED)],
      replaceIt('DataSetId can be set only'),
      { desired: { ...RUNS, DataSetId: 'x' } },
    ],
    ['finds no job', [getJob(ABSENT)], withoutJob('NotFound', JOB_ID), { desired: anotherSet }],
  ]);
});

describe('an update that is invalid', () => {
  const malformed = { ...RUNS, StartOnCreation: 'maybe' };
  const malformedAndReplaced = { ...malformed, DataSetId: 'x' };
  const invalid = failed('InvalidRequest', 'StartOnCreation');

  transcripts(UPDATE, [
    ['by a property', [getJob(WAITING)], failed('InvalidRequest', 'Foo'), { desired: { ...RUNS, Foo: 1 } }],
    ['by what it changes in place', [getJob(WAITING)], invalid, { desired: malformed }],
    ['and asks for a replacement besides', [getJob(WAITING)], invalid, { desired: malformedAndReplaced }],
  ]);

  describe('is not one whose model was accepted before', () => {
    const previous = { ...MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL, UrlAssetMd5Hash: 'old', Id: JOB_ID };
    const desired = { ...previous, StartOnCreation: true };
    transcripts({ ...UPDATE, previous, desired }, [
      [
        'and starts',
        [getJob(importIn('WAITING')), startJob()],
        started('import', { lastSeen: 'WAITING', change: { change: 'start' } }),
      ],
    ]);
  });
});

const PLAIN: Properties = { ...OWN_IMPORT, Id: JOB_ID };
const FINALISE: Properties = { ...PLAIN, FinalizeRevision: true };
const NOT_STARTED: Properties = { ...PLAIN, StartOnCreation: false };
const OWN_WAITING = ownImportIn('WAITING');
const OWN_COMPLETED = ownImportIn('COMPLETED');
const OWN_RUNNING = ownImportIn('IN_PROGRESS');
const OPEN_SEEN = [getJob(OWN_COMPLETED), getRevision(OPEN)];
const FINALISED_SEEN = [getJob(OWN_COMPLETED), getRevision(FINALISED)];
const GONE = withoutJob('NotFound', `its revision ${REVISION} is gone`);
/** The tag that a job leaves when it has finalised a revision is removed when the revision is opened. */
const UNTAG = call('untagResource', [FINALISED.Arn, Object.keys(finalisedTag(JOB_ID))], undefined);
const ASSETS = listAssets();
const FINALISING = [tagAsFinalised(), finalise(), ASSETS];
const OPENING = [open(), UNTAG, ASSETS];

describe('an update that finalises the revision', () => {
  const change = { change: 'none', finalise: true } as const;
  const named = { ...IMPORT, Id: JOB_ID };
  const given = { previous: named, desired: { ...named, FinalizeRevision: true } };

  transcripts({ ...UPDATE, previous: PLAIN, desired: FINALISE }, [
    ['of a job that is over', [...OPEN_SEEN, ...FINALISING], shown(OWN_COMPLETED, FINALISED)],
    ['which is finalised already', [...FINALISED_SEEN, ASSETS], shown(OWN_COMPLETED, FINALISED)],
    [
      'waits for a job that fills it',
      [getJob(OWN_RUNNING)],
      inProgress(2, 'import running for 0 s', { ...running, change }),
    ],
    ['finds it gone', [getJob(OWN_COMPLETED), getRevision(ABSENT)], GONE],
    ['finds one gone that was given', [getJob(importIn('COMPLETED')), getRevision(ABSENT)], GONE, given],
  ]);

  describe('and starts the job', () => {
    const both = { change: 'start', finalise: true } as const;
    const invalid = failed('InvalidRequest', 'FinalizeRevision');
    transcripts({ ...UPDATE, previous: NOT_STARTED, desired: FINALISE }, [
      ['first', [getJob(OWN_WAITING), startJob()], started('import', { lastSeen: 'WAITING', change: both })],
      ['which is over', [...OPEN_SEEN, ...FINALISING], shown(OWN_COMPLETED, FINALISED)],
      [
        'in a later invocation, when the job is over',
        [...OPEN_SEEN, ...FINALISING],
        shown(OWN_COMPLETED, FINALISED),
        { callbackContext: context('started', { change: both }) },
      ],
      ['needs the start', [getJob(OWN_WAITING)], invalid, { desired: { ...FINALISE, StartOnCreation: false } }],
      ['needs a boolean', [getJob(OWN_WAITING)], invalid, { desired: { ...FINALISE, FinalizeRevision: 'soon' } }],
    ]);
  });
});

describe('an update that opens the revision', () => {
  const advice = `revision ${REVISION} is published, and a published revision can be neither changed nor opened.`;

  transcripts({ ...UPDATE, previous: FINALISE, desired: PLAIN }, [
    ['of a job that is over', [...FINALISED_SEEN, ...OPENING], shown(OWN_COMPLETED, OPEN)],
    ['which is open already', [...OPEN_SEEN, ASSETS], shown(OWN_COMPLETED, OPEN)],
    ['shows a running job at once', [getJob(OWN_RUNNING), getRevision(OPEN)], shown(OWN_RUNNING, OPEN)],
    ['cannot open a published one', [...FINALISED_SEEN, open(CONFLICT)], failed('InvalidRequest', advice)],
    ['finds it gone', [...FINALISED_SEEN, open(ABSENT)], GONE],
  ]);
});

// Work cannot be undone, and a stack must not hang in its rollback: what cannot be changed back stays.
describe('an update in a rollback', () => {
  const ROLLBACK = { ...UPDATE, rollback: true };

  describe('of a job that fills no revision', () => {
    transcripts({ ...ROLLBACK, previous: STAYS }, [
      ['does not start the job', [getJob(WAITING)], shown(WAITING)],
      ['does not wait for the job', [getJob(RUNNING)], shown(RUNNING)],
      ['shows a failed job', [getJob(FAILED)], shown(FAILED)],
      ['does not stop a job', [getJob(COMPLETED)], shown(COMPLETED), { previous: RUNS, desired: STAYS }],
      ['does not mind what is invalid', [getJob(COMPLETED)], shown(COMPLETED), { desired: { ...RUNS, Foo: 1 } }],
      ['finds a cancelled job', [getJob(exportIn('CANCELLED'))], withoutJob('NotFound', JOB_ID)],
      ['finds no job', [getJob(ABSENT)], withoutJob('NotFound', JOB_ID)],
    ]);
  });

  describe('of a job that fills a revision', () => {
    transcripts({ ...ROLLBACK, previous: FINALISE, desired: PLAIN }, [
      [
        'does not replace',
        [...OPEN_SEEN, ASSETS],
        shown(OWN_COMPLETED, OPEN),
        { desired: { ...PLAIN, DataSetId: 'x' } },
      ],
      ['opens it again', [...FINALISED_SEEN, ...OPENING], shown(OWN_COMPLETED, OPEN)],
      [
        'leaves a published one',
        [...FINALISED_SEEN, open(CONFLICT), getRevision(FINALISED), ASSETS],
        shown(OWN_COMPLETED, FINALISED),
      ],
      [
        'leaves it if denied',
        [...FINALISED_SEEN, open(PERMANENT), getRevision(FINALISED), ASSETS],
        shown(OWN_COMPLETED, FINALISED),
      ],
      [
        'shows the tags that it has changed before it was refused',
        [
          ...FINALISED_SEEN,
          call('tagResource', [FINALISED.Arn, { team: 'x' }], undefined),
          open(PERMANENT),
          getRevision({ ...FINALISED, Tags: { ...FINALISED.Tags, team: 'x' } }),
          ASSETS,
        ],
        shown(OWN_COMPLETED, { ...FINALISED, Tags: { ...FINALISED.Tags, team: 'x' } }),
        { desired: { ...PLAIN, RevisionTags: [{ Key: 'team', Value: 'x' }] } },
      ],
      [
        'tries again after a fault',
        [...FINALISED_SEEN, open(TRANSIENT)],
        triesAgain('updateRevision', {
          phase: 'new',
          lastSeen: 'COMPLETED',
          change: { change: 'none', finalise: false },
        }),
      ],
      [
        'finalises it again',
        [...OPEN_SEEN, ...FINALISING],
        shown(OWN_COMPLETED, FINALISED),
        { previous: PLAIN, desired: FINALISE },
      ],
      [
        'does not wait for the job in order to finalise it',
        [getJob(OWN_RUNNING), getRevision(OPEN)],
        shown(OWN_RUNNING, OPEN),
        { previous: PLAIN, desired: FINALISE },
      ],
    ]);
  });
});

describe('an update without a previous model is compared with what the service shows', () => {
  const apiKey = { ...MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API, StartOnCreation: false, Id: JOB_ID };
  const API_WAITING = jobIn('WAITING', apiKey);
  const API_SEEN = [getJob(API_WAITING), getRevision(revision())];

  describe('which does not show secrets', () => {
    transcripts({ ...UPDATE, previous: undefined, desired: apiKey }, [
      ['and changes nothing', API_SEEN, shown(API_WAITING, revision())],
      ['and replaces', API_SEEN, replaceIt('ApiGatewayStage'), { desired: { ...apiKey, ApiGatewayStage: 'other' } }],
      [
        'and starts',
        [...API_SEEN, startJob()],
        started('import', { lastSeen: 'WAITING', change: { change: 'start' } }),
        { desired: { ...apiKey, StartOnCreation: true } },
      ],
      ['and is invalid', API_SEEN, failed('InvalidRequest', 'Foo'), { desired: { ...apiKey, Foo: 1 } }],
    ]);
  });

  describe('and its revision', () => {
    transcripts({ ...UPDATE, previous: undefined, desired: FINALISE }, [
      ['finalises it', [...OPEN_SEEN, ...FINALISING], shown(OWN_COMPLETED, FINALISED)],
      ['leaves it finalised', [...FINALISED_SEEN, ASSETS], shown(OWN_COMPLETED, FINALISED)],
      ['opens it', [...FINALISED_SEEN, ...OPENING], shown(OWN_COMPLETED, OPEN), { desired: PLAIN }],
      [
        'which the template names is gone',
        [getJob(importIn('COMPLETED')), getRevision(ABSENT)],
        shown(importIn('COMPLETED')),
        { desired: { ...IMPORT, Id: JOB_ID } },
      ],
    ]);
  });
});

describe('an update of comment and tags', () => {
  const previous = { ...FINALISE, RevisionComment: 'Prices', RevisionTags: [{ Key: 'team', Value: 'x' }] };
  const commented = { ...FINALISED, Comment: 'Prices', Tags: { ...FINALISED.Tags, team: 'x' } };
  const before = [getJob(OWN_COMPLETED), getRevision(commented)];
  const corrected = { ...commented, Comment: 'Corrected' };
  const desired = { ...previous, RevisionComment: 'Corrected' };
  const REOPENING = call('tagResource', [FINALISED.Arn, { ...REOPENED }], undefined);
  const DONE = call('untagResource', [FINALISED.Arn, Object.keys(REOPENED)], undefined);

  function comment(
    finalized?: boolean,
    result: Revision | Refused = { ...corrected, Finalized: finalized ?? true },
  ): ExpectedCall {
    return updateRevision(
      finalized === undefined ? { comment: 'Corrected' } : { comment: 'Corrected', finalized },
      result,
    );
  }

  transcripts({ ...UPDATE, previous, desired }, [
    ['changes what the service lets change', [...before, comment(), ASSETS], shown(OWN_COMPLETED, corrected)],
    [
      'opens the revision where the service wants that, and finalises it again',
      [...before, comment(undefined, CONFLICT), REOPENING, comment(false), finalise(corrected), DONE, ASSETS],
      shown(OWN_COMPLETED, corrected),
    ],
    [
      'finalises again what an earlier invocation has opened',
      [
        getJob(OWN_COMPLETED),
        getRevision({ ...corrected, Finalized: false, Tags: { ...corrected.Tags, ...REOPENED } }),
        finalise(corrected),
        DONE,
        ASSETS,
      ],
      shown(OWN_COMPLETED, corrected),
    ],
    [
      'finalises again what a lost request has opened after the tag that says so was gone',
      [getJob(OWN_COMPLETED), getRevision({ ...corrected, Finalized: false }), finalise(corrected), ASSETS],
      shown(OWN_COMPLETED, corrected),
    ],
    [
      'does not succeed without the revision, although the job still waits',
      [getJob(OWN_WAITING), getRevision(ABSENT)],
      GONE,
      { previous: NOT_STARTED, desired: { ...NOT_STARTED, RevisionComment: 'Corrected' } },
    ],
    [
      'succeeds without the revision in a rollback',
      [getJob(OWN_WAITING), getRevision(ABSENT)],
      shown(OWN_WAITING),
      { previous: { ...NOT_STARTED, RevisionComment: 'Corrected' }, desired: NOT_STARTED, rollback: true },
    ],
    [
      'is refused for a published revision, which stays as it was',
      [...before, comment(undefined, CONFLICT), REOPENING, comment(false, CONFLICT), DONE],
      failed('InvalidRequest', `revision ${REVISION} is published`),
    ],
    [
      'adds, changes and removes tags',
      [
        ...before,
        call('tagResource', [FINALISED.Arn, { stage: 'y' }], undefined),
        call('untagResource', [FINALISED.Arn, ['team']], undefined),
        ASSETS,
      ],
      shown(OWN_COMPLETED, { ...commented, Tags: { ...FINALISED.Tags, stage: 'y' } }),
      { desired: { ...previous, RevisionTags: [{ Key: 'stage', Value: 'y' }] } },
    ],
  ]);
});

describe('what an update changes is decided once', () => {
  it('though the first GetJob fails, and later models have no write-only values', async () => {
    const previous = { ...MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API, Id: JOB_ID };
    const first = await play({ ...UPDATE, previous, desired: { ...previous, ApiGatewayApiKey: 'another' } }, [
      getJob(TRANSIENT),
    ]);
    expect(first.resourceModel).not.toHaveProperty('ApiGatewayApiKey');
    const later = { ...UPDATE, previous, desired: first.resourceModel ?? {}, callbackContext: first.callbackContext };
    expect(await play(later, [getJob(jobIn('WAITING', previous))])).toEqual(replaceIt('ApiGatewayApiKey'));
  });

  it('when job and revision were seen, if there is no previous model', async () => {
    const given = { ...UPDATE, previous: undefined, desired: FINALISE };
    const first = await play(given, [getJob(OWN_COMPLETED), getRevision(TRANSIENT)]);
    expect(first.callbackContext).not.toHaveProperty('change');
    const later = { ...given, callbackContext: first.callbackContext };
    expect(await play(later, [...OPEN_SEEN, ...FINALISING])).toEqual(shown(OWN_COMPLETED, FINALISED));
  });

  it('also without a previous model, when StartJob then meets a conflict', async () => {
    const given = { ...UPDATE, previous: undefined, desired: FINALISE };
    const calls = [getJob(OWN_WAITING), getRevision(OPEN), startJob(CONFLICT), getJob(OWN_RUNNING)];
    const first = await play(given, calls);
    expect(first).toMatchObject({ callbackContext: { change: { change: 'start', finalise: true } } });
    const later = { ...given, callbackContext: first.callbackContext };
    expect(await play(later, [...OPEN_SEEN, ...FINALISING])).toEqual(shown(OWN_COMPLETED, FINALISED));
  });

  it('with a file hashed twice at most', async () => {
    const content = 'a'.repeat(1_000_000);
    const UrlAssetMd5Hash = md5Of(content);
    const previous = { ...MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL, UrlAssetMd5Hash, Id: JOB_ID };
    const desired = { ...previous, UrlAssetContent: content, StartOnCreation: true };
    const hashes = jest.spyOn(crypto, 'createHash');
    await play({ ...UPDATE, previous, desired }, [getJob(OWN_WAITING), startJob()]);
    expect([1, 2]).toContain(hashes.mock.calls.length);
    hashes.mockRestore();
  });
});
