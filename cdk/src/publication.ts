import { RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { batches } from './batches';
import { JobType } from './cfn-job.generated';
import { ExportRevisionsToS3, type RevisionDestination } from './export-jobs';
import { folderObjects } from './folder';
import { bucketArns, grantRights } from './grants';
import {
  ImportAssetFromSignedUrl,
  ImportAssetsFromS3,
  type RevisionJob,
  type RevisionJobProps,
  type S3Object,
} from './import-jobs';
import { needKnownLength, refuse } from './refuse';
import { Revision } from './revision';
import { contentTriggers, hasTokens, tokensFirst } from './triggers';
import { AssetContent } from './uploads';

/** A file whose content is in the template. */
export interface PublicationFile {
  /** Name of the asset. */
  readonly name: string;
  /** The content: a text, or an `AssetContent` for anything else. */
  readonly content: string | AssetContent;
}

/** The properties of a `Publication`. It needs at least one object or file. */
export interface PublicationProps {
  /** Id of the data set: `dataSet.attrId` of a `CfnDataSet`, whose `ref` is its ARN. */
  readonly dataSetId: string;

  /**
   * Objects in Amazon S3, as many as you like. The key of each is the name of its asset.
   *
   * @default - none
   */
  readonly objects?: S3Object[];

  /**
   * Small files whose content is in the template.
   *
   * @default - none
   */
  readonly files?: PublicationFile[];

  /**
   * A folder of this machine, whose files `cdk deploy` uploads to the bucket of `cdk bootstrap`. The name of each asset is
   * a hash of the content, a slash, and the path of the file in the folder. Files whose name begins with a dot are left
   * out.
   *
   * @default - none
   */
  readonly folder?: string;

  /**
   * Comment of the revision. Another comment makes another revision.
   *
   * @default - none
   */
  readonly comment?: string;

  /**
   * Tags of the revision by key, at most 45. They are changed in place.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };

  /**
   * Whether the revision is finalised when everything is in it. In a data set of a product or a data grant that publishes
   * it.
   *
   * @default true
   */
  readonly finalize?: boolean;

  /**
   * Texts of which any change makes another revision, such as the number of a release: needed when objects change under
   * the same keys.
   *
   * @default - none
   */
  readonly triggers?: string[];

  /**
   * Whether a published revision is revoked, so that subscribers lose it, when another one replaces it or the publication
   * is deleted.
   *
   * @default false
   */
  readonly revokeOnDelete?: boolean;

  /**
   * What subscribers are told when the revision is revoked, 10 to 512 characters. Only with `revokeOnDelete`.
   *
   * @default - that the resource was removed
   */
  readonly revocationComment?: string;

  /**
   * What happens to a revision when another one replaces it or the publication is deleted.
   *
   * @default - RETAIN if the revision is finalised and not to be revoked, else DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The name under which the type is registered.
   *
   * @default - the context `cdk-dataexchange-job:typeName`, or the name that the package was made for
   */
  readonly typeName?: string;
}

/** Makes one of the jobs that fill the revision. */
type MakeJob = (props: RevisionJobProps) => RevisionJob;

interface Step {
  /** What the job holds, in properties whose change replaces it. */
  readonly content: unknown;
  readonly make: MakeJob;
}

const OBJECTS_PER_JOB = 100;

/**
 * A revision with everything that is to be in it. The first job makes the revision, others fill it, and the last one
 * follows them all and finalises it. Any change makes the next revision, complete.
 */
export class Publication extends Construct {
  /** Id of the data set. */
  public readonly dataSetId: string;
  /** Id of the revision. */
  public readonly revisionId: string;
  /** The jobs that fill the revision: the first one makes it, the last one finalises it. */
  public readonly jobs: RevisionJob[];
  private readonly exports: ExportRevisionsToS3[] = [];
  private readonly typeName?: string;

  constructor(scope: Construct, id: string, props: PublicationProps) {
    super(scope, id);
    const { dataSetId, typeName, comment, tags, finalize = true, triggers = [] } = props;
    const { revokeOnDelete = false, revocationComment } = props;
    if (revocationComment !== undefined && !revokeOnDelete) {
      throw refuse(this, 'revocationComment is allowed only where revokeOnDelete is true');
    }
    needKnownLength(this, 'triggers', triggers);
    needKnownLength(this, 'objects', props.objects ?? []);

    const objects = [
      ...(props.objects ?? []),
      ...(props.folder === undefined ? [] : folderObjects(this, props.folder)),
    ];
    const files = (props.files ?? []).map(({ name, content }) => ({ name, content: AssetContent._of(content) }));
    this.refuseRepeatedNames([...objects.map(({ key }) => key), ...files.map(({ name }) => name)]);
    for (const { name, content } of files) {
      if (!content._isComplete) {
        throw refuse(this, `the content of the file ${shown(name)} is missing: a publication uploads by itself`);
      }
      if (Object.values(content._properties).includes('')) {
        throw refuse(this, `the content of the file ${shown(name)} is empty; it needs at least one byte`);
      }
    }

    const steps = [...this.importsOf(objects), ...this.uploadsOf(files)];
    const [first, ...others] = steps;
    if (first === undefined) {
      throw refuse(this, 'it holds nothing: give it objects, files, or a folder with files');
    }
    const keep = finalize && !revokeOnDelete;
    const common = {
      dataSetId,
      typeName,
      removalPolicy: props.removalPolicy ?? (keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY),
    };
    const held = { comment, triggers, others: others.map(({ content }) => content) };
    const maker = first.make({
      ...common,
      revision: revokeOnDelete
        ? Revision.revocable({ comment, tags, revocationComment })
        : Revision.own({ comment, tags }),
      triggers: contentTriggers(this, first.content, held),
      finalizeRevision: others.length === 0 ? finalize : undefined,
    });
    const fill = { ...common, revision: Revision.of(maker.revisionId) };
    const fillers = others.slice(0, -1).map(({ make }) => make(fill));
    const last = others.at(-1)?.make({ ...fill, follows: fillers, finalizeRevision: finalize });

    this.jobs = [maker, ...fillers, ...(last === undefined ? [] : [last])];
    this.dataSetId = dataSetId;
    this.revisionId = maker.revisionId;
    this.typeName = typeName;
  }

  /** Writes every revision to a bucket, once it is complete. */
  public exportTo(destination: RevisionDestination): ExportRevisionsToS3 {
    const made = new ExportRevisionsToS3(this, `Export${this.exports.length + 1}`, {
      ...destination,
      dataSetId: this.dataSetId,
      revisionId: this.revisionId,
      typeName: this.typeName,
      follows: this.jobs.slice(-1),
    });
    this.exports.push(made);
    return made;
  }

  /**
   * Lets a role, such as that of a `Registration`, read the buckets of the objects and of the folder. The jobs then wait
   * for the right. A bucket that is encrypted with a KMS key needs `key.grantDecrypt(role)` too.
   */
  public grantRead(grantee: IGrantable): void {
    const readers = this.jobs.filter((job) => job instanceof ImportAssetsFromS3);
    if (readers.length > 0) {
      const sources = bucketArns(
        this,
        readers.flatMap((job) => job._bucketNames),
      );
      grantRights(readers, grantee, JobType.IMPORT_ASSETS_FROM_S3, { sources });
    }
  }

  /** Lets a role, such as that of a `Registration`, write what `exportTo` has asked for so far. */
  public grantWrite(grantee: IGrantable): void {
    if (this.exports.length === 0) {
      throw refuse(this, 'there is nothing to write yet: call exportTo before grantWrite');
    }
    for (const job of this.exports) {
      job.grantWrite(grantee);
    }
  }

  private refuseRepeatedNames(names: readonly string[]): void {
    const repeated = names.filter((name, place) => names.indexOf(name) !== place);
    if (repeated.length > 0) {
      const list = [...new Set(repeated)].map(shown).join(', ');
      throw refuse(this, `assets of one revision need different names; given more than once: ${list}`);
    }
  }

  private importsOf(objects: readonly S3Object[]): Step[] {
    return batches(tokensFirst(this, objects), OBJECTS_PER_JOB).map((some, index) => ({
      content: some.map(({ bucketName, key }) => [bucketName, key]),
      make: (props) => new ImportAssetsFromS3(this, `Objects${index + 1}`, { ...props, objects: some }),
    }));
  }

  private uploadsOf(files: readonly { readonly name: string; readonly content: AssetContent }[]): Step[] {
    return tokensFirst(
      this,
      files.map((file) => ({ name: file.name, properties: file.content._properties, file })),
    ).map(({ name, properties, file }, index) => {
      // A token makes no id.
      const id = hasTokens(name) ? `Unnamed ${index + 1}` : `File ${pathless(name)}`;
      return {
        content: [name, properties],
        make: (props) => new ImportAssetFromSignedUrl(this, id, { ...props, assetName: name, content: file.content }),
      };
    });
  }
}

/** A name without slashes, which ids must not have. Different names stay different. */
function pathless(name: string): string {
  return name.replaceAll(/[%|]/g, encodeURIComponent).replaceAll('/', '|');
}

/** A name for a message: tokens have none that says anything. */
function shown(name: string): string {
  return hasTokens(name) ? 'a name that is known only at deployment' : name;
}
