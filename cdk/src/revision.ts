import type { CfnJobProps } from './cfn-job.generated';

/** What a job says of a revision that it makes. */
export interface OwnRevisionProps {
  /**
   * Comment of the revision. It can be changed in place as long as the revision is not published.
   *
   * @default - none
   */
  readonly comment?: string;

  /**
   * Tags of the revision by key, at most 45. They can be changed in place.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

/** What a job says of a revision that is revoked when its resource is deleted or replaced. */
export interface RevocableRevisionProps extends OwnRevisionProps {
  /**
   * What subscribers are told when the revision is revoked, 10 to 512 characters.
   *
   * @default - that the resource was removed
   */
  readonly revocationComment?: string;
}

/** The revision that a job fills. */
export class Revision {
  /** One that exists, by its id. It stays when the job is deleted. */
  public static of(revisionId: string): Revision {
    return new Revision({ revisionId }, false);
  }

  /** One that the job makes. If it is published when the job's resource is to be deleted, the delete fails. */
  public static own(props: OwnRevisionProps = {}): Revision {
    return new Revision(ownProperties(props), false);
  }

  /** One that the job makes. If it is published when the job's resource is deleted, it is revoked: subscribers lose it. */
  public static revocable(props: RevocableRevisionProps = {}): Revision {
    const { revocationComment } = props;
    return new Revision({ ...ownProperties(props), revokeOnDelete: true, revocationComment }, true);
  }

  private constructor(
    /** @internal */
    public readonly _properties: Partial<CfnJobProps>,
    /** @internal */
    public readonly _isRevoked: boolean,
  ) {}
}

function ownProperties({ comment, tags = {} }: OwnRevisionProps): Partial<CfnJobProps> {
  const entries = Object.entries(tags);
  return {
    revisionComment: comment,
    revisionTags: entries.length === 0 ? undefined : entries.map(([key, value]) => ({ key, value })),
  };
}
