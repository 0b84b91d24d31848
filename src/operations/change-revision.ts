import type { Job } from '../job/job';
import { own, text } from '../job/properties';
import {
  finalisedTag,
  isFinalisedByAnother,
  isReopened,
  jobTag,
  REOPENED,
  type Revision,
  type RevisionName,
  tagsOf,
  wantedTags,
} from '../job/revision';
import { sentences } from '../job/sentences';
import { hasEnded } from '../job/states';
import { type Exchange, Refusal, refusalOf, type Tags } from './exchange';
import type { JobOperation } from './job-operation';

/**
 * Changes what a create or update is to change of the revision that its job fills. Every step can be repeated: an
 * answer may be lost, and the next invocation begins again with what it sees then.
 *
 * @returns the revision as it is afterwards
 * @throws Refusal, a permanent one if the revision cannot be changed any more
 */
export async function changeRevision(
  operation: JobOperation,
  job: Job,
  name: RevisionName,
  revision: Revision,
): Promise<Revision> {
  const { jobId, request } = operation;
  const { comment, tags, finalised } = wantedChanges(operation, job);
  const editor = new RevisionEditor(operation.exchange, name, revision);

  if (tags !== undefined) {
    await editor.tag(tags);
    await editor.untag(tagsOf(revision).flatMap(({ Key }) => (Object.hasOwn(tags, Key) ? [] : [Key])));
  }

  if (comment === undefined && finalised === undefined) {
    return editor.revision;
  }
  // What another job has finalised stays so. What an earlier invocation has opened for a change is finalised again: a tag
  // says so, or, where the request to open arrived after the tag was removed, the template does.
  const isFinalByTemplate = own(request.desired, 'FinalizeRevision') === true && job.State === 'COMPLETED';
  const isToBeFinalised =
    finalised === false
      ? isFinalisedByAnother(revision, jobId)
      : (finalised ?? (revision.Finalized === true || isReopened(revision) || isFinalByTemplate));
  if (!isToBeFinalised && revision.Finalized === true) {
    await editor.open({ finalized: false });
  }
  if (comment !== undefined && comment !== (revision.Comment ?? '')) {
    await editor.comment(comment);
  }
  if (finalised === true) {
    await editor.tag(finalisedTag(jobId));
  }
  if (isToBeFinalised) {
    await editor.finalise();
  }
  const outlived = { ...(comment === undefined ? {} : REOPENED), ...(finalised === false ? finalisedTag(jobId) : {}) };
  await editor.untag(Object.keys(outlived));
  return editor.revision;
}

/** What an operation changes of the revision. What is undefined stays. */
interface RevisionChanges {
  readonly comment?: string;
  readonly tags?: Tags;
  readonly finalised?: boolean;
}

export function wantedChanges(
  { request: { operation, desired, rollback }, context }: JobOperation,
  job: Job,
): RevisionChanges {
  if (operation === 'CREATE') {
    return { finalised: context.finalise };
  }
  const { change } = context;
  if (change === undefined || change.change === 'replace' || change.change === 'invalid') {
    return {};
  }
  return {
    comment: change.comment === true ? (text(desired, 'RevisionComment') ?? '') : undefined,
    tags: change.tags === true ? wantedTags(desired) : undefined,
    // A rollback answers at once: it does not wait for a job that still fills the revision.
    finalised: rollback && !hasEnded(job.State) ? undefined : change.finalise,
  };
}

/** Changes one revision, and keeps what it is after each change. */
class RevisionEditor {
  constructor(
    private readonly exchange: Exchange,
    private readonly name: RevisionName,
    public revision: Revision,
  ) {}

  async tag(tags: Tags): Promise<void> {
    const missing = Object.entries(tags).filter(([key, value]) => this.revision.Tags?.[key] !== value);
    if (missing.length > 0) {
      await this.exchange.tagResource(this.revision.Arn, Object.fromEntries(missing));
      this.revision = { ...this.revision, Tags: { ...this.revision.Tags, ...tags } };
    }
  }

  async untag(keys: readonly string[]): Promise<void> {
    const present = keys.filter((key) => this.revision.Tags?.[key] !== undefined);
    if (present.length > 0) {
      await this.exchange.untagResource(this.revision.Arn, present);
      const left = Object.entries(this.revision.Tags ?? {}).filter(([key]) => !present.includes(key));
      this.revision = { ...this.revision, Tags: Object.fromEntries(left) };
    }
  }

  /** Changes the comment. A finalised revision is opened for it where the service wants that. */
  async comment(comment: string): Promise<void> {
    const refusal = await refusalOf(this.update({ comment }));
    if (refusal === undefined) {
      return;
    }
    if (!isAboutState(refusal) || this.revision.Finalized !== true) {
      throw refusal;
    }
    // If the next invocation finds the revision open, the tag says that it has to be finalised again.
    await this.tag(REOPENED);
    try {
      await this.open({ comment, finalized: false });
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'permanent') {
        await this.untag(Object.keys(REOPENED));
      }
      throw error;
    }
  }

  async open(change: { readonly comment?: string; readonly finalized: false }): Promise<void> {
    const refusal = await refusalOf(this.update(change));
    if (refusal !== undefined) {
      throw isAboutState(refusal)
        ? new Refusal(
            'permanent',
            'InvalidRequest',
            sentences(
              `revision ${this.name.revisionId} is published, and a published revision can be neither changed nor opened`,
              'Leave RevisionComment and FinalizeRevision as they were, or make a new revision by changing Triggers',
              refusal.message,
            ),
          )
        : refusal;
    }
  }

  async finalise(): Promise<void> {
    if (this.revision.Finalized === true) {
      return;
    }
    const refusal = await refusalOf(this.update({ finalized: true }));
    if (refusal !== undefined) {
      throw refusal.kind === 'conflict'
        ? new Refusal(
            'permanent',
            refusal.errorCode,
            sentences(refusal.message, 'The revision cannot be finalised as it is: look at it in AWS Data Exchange'),
          )
        : refusal;
    }
  }

  private async update(change: { readonly comment?: string; readonly finalized?: boolean }): Promise<void> {
    const updated = await this.exchange.updateRevision(this.name, change);
    // UpdateRevision does not show the tags that GetRevision does.
    this.revision = { ...this.revision, ...updated, Tags: this.revision.Tags };
  }
}

/**
 * Whether a refusal may mean that the revision is finalised or published. Which error the service uses is not
 * documented.
 */
function isAboutState({ kind, errorCode }: Refusal): boolean {
  return kind === 'conflict' || errorCode === 'InvalidRequest';
}

/** Gives the job's own revision the tag that names the job. */
export async function tagWithJob(operation: JobOperation, arn: string): Promise<void> {
  const refusal = await refusalOf(operation.exchange.tagResource(arn, jobTag(operation.jobId)));
  if (refusal !== undefined) {
    throw refusal.kind === 'absent' ? new Refusal('permanent', 'NotStabilized', refusal.message) : refusal;
  }
  operation.remember({ untagged: undefined });
}
