import { CfnResource, Fn, Reference, type RemovalPolicy, Tokenization } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { batches } from './batches';
import { CfnJob, type CfnJobProps } from './cfn-job.generated';
import { needKnownLength, refuse } from './refuse';

/** What every job has. */
export interface JobProps {
  /** Id of the data set: `dataSet.attrId` of a `CfnDataSet`, whose `ref` is its ARN. */
  readonly dataSetId: string;

  /**
   * The name under which the type is registered.
   *
   * @default - the context `cdk-dataexchange-job:typeName`, or the name that the package was made for
   */
  readonly typeName?: string;

  /**
   * Whether the job is started. If not, it waits, and another deployment with `true` starts it.
   *
   * @default true
   */
  readonly startOnCreation?: boolean;

  /**
   * Texts of 1 to 1,024 characters, at most 20 together with what `follows` adds: a change of one runs the job again, as
   * another resource.
   *
   * @default - none
   */
  readonly triggers?: string[];

  /**
   * Jobs that must have ended before this one begins. It runs again whenever one of them does.
   *
   * @default - none
   */
  readonly follows?: Job[];

  /**
   * What happens to the job, and to the revision that it made, when it is deleted or replaced.
   *
   * @default - RETAIN for a job that finalises a revision which is not to be revoked, else DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Ids have at most 40 characters, so that these many and the commas between them fit in one entry of Triggers. */
const IDS_PER_TRIGGER = 24;
const MOST_TRIGGERS = 20;

/** A job of any type. Each type has a class of its own, with only its properties. */
export abstract class Job extends Construct {
  /** Id of the job. */
  public readonly jobId: string;
  /** ARN of the job. */
  public readonly jobArn: string;
  /** Id of the data set. */
  public readonly dataSetId: string;
  /** The resource, for what this class does not offer. */
  public readonly resource: CfnJob;

  /**
   * @param props what every job has
   * @param properties what a job of this type has besides
   */
  protected constructor(scope: Construct, id: string, props: JobProps, properties: CfnJobProps) {
    super(scope, id);
    refuseArn(this, props.dataSetId);
    this.resource = new CfnJob(this, 'Resource', {
      startOnCreation: props.startOnCreation ?? true,
      triggers: allTriggers(this, props),
      ...properties,
      typeName: props.typeName,
    });
    if (props.removalPolicy !== undefined) {
      this.resource.applyRemovalPolicy(props.removalPolicy);
    }
    this.dataSetId = props.dataSetId;
    this.jobId = this.resource.ref;
    this.jobArn = this.resource.attrArn;
  }
}

/** No job takes the ARN of a data set, which is also its `Ref`. */
function refuseArn(job: Job, dataSetId: string): void {
  if (dataSetId === '' || dataSetId.startsWith('arn:')) {
    throw refuse(job, `dataSetId must be the id of a data set, such as attrId of a CfnDataSet, and not "${dataSetId}"`);
  }
  const reference = Tokenization.reverse(dataSetId, { failConcat: false });
  if (
    Reference.isReference(reference) &&
    ['Ref', 'Arn'].includes(reference.displayName) &&
    CfnResource.isCfnResource(reference.target) &&
    reference.target.cfnResourceType === 'AWS::DataExchange::DataSet'
  ) {
    throw refuse(job, 'dataSetId is the ARN of a data set (its ref or attrArn); write attrId instead');
  }
}

function allTriggers(job: Job, { triggers = [], follows = [] }: JobProps): string[] | undefined {
  if (follows.length > 0) {
    needKnownLength(job, 'triggers', triggers);
  }
  const ids = follows.map(({ jobId }) => jobId);
  const packed = batches(ids, IDS_PER_TRIGGER).map((some) => Fn.join(',', some));
  if (triggers.length + packed.length > MOST_TRIGGERS) {
    throw refuse(
      job,
      `${triggers.length} triggers and ${ids.length} jobs to follow need ${triggers.length + packed.length} ` +
        `entries of Triggers; ${MOST_TRIGGERS} are possible`,
    );
  }
  const all = [...triggers, ...packed];
  return all.length === 0 ? undefined : all;
}
