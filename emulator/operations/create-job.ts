import { invalid } from '../errors';
import type { JobType } from '../jobs/job-type';
import { JOB_TYPES } from '../jobs/job-types';
import { jobArn } from '../store/arns';
import type { Assumptions } from '../store/assumptions';
import { type JobPlan, planFrom } from '../store/job-plan';
import { stateOf } from '../store/job-state';
import type { Job } from '../store/records';
import type { Region } from '../store/region';
import { checkShape } from '../validation/check-shape';
import { tagProblems } from '../validation/check-tags';
import { choice, list, structure, text } from '../validation/shapes';
import { checkReferences, refuseFinalized, refuseUnfinalized } from './job-references';
import { operation } from './operation';
import { jobView } from './present';

interface Input {
  readonly Type: string;
  readonly Details: Readonly<Record<string, object | undefined>>;
  readonly AssetConfiguration?: { readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] };
}

const MOST_ASSET_TAGS = 50;

/** Used for a job type that a map of `jobSeconds` does not name. */
const DEFAULT_JOB_SECONDS = 2;

/** What small jobs take in AWS: the User Guide's examples 33 and 36 s, whole tests of Terraform 13 to 51 s. */
const LIVE_JOB_SECONDS = { from: 15, to: 45 };

/** Each branch is checked by the shape of its type; here they only need to be objects. */
const DETAILS = structure(
  {},
  Object.fromEntries([...JOB_TYPES.values()].map(({ member }) => [member, { type: 'object' }])),
);

const SHAPE_OF_TYPE = new Map(
  [...JOB_TYPES.values()].map(({ name, member, details }) => [
    name,
    structure({ Details: structure({ [member]: details }) }),
  ]),
);

export const createJob = operation<Input>({
  name: 'CreateJob',
  method: 'POST',
  path: '/v1/jobs',
  status: 201,
  input: structure(
    { Type: choice([...JOB_TYPES.keys()]), Details: DETAILS },
    {
      AssetConfiguration: structure(
        {},
        { Tags: list(structure({ Key: text, Value: text }), { max: MOST_ASSET_TAGS }) },
      ),
    },
  ),
  run(call) {
    const { region, input, now, plan } = call;
    const assumptions = region.assumptions();
    const type = JOB_TYPES.get(input.Type)!;
    const details = checkDetails(assumptions, type, input);
    if (assumptions.createJobChecks === 'all') {
      checkReferences(region, type, details);
    }
    if (assumptions.finalizedRevisionImport === 'CreateJob') {
      refuseFinalized(region, type, details);
    }
    if (assumptions.exportUnfinalizedRevision === 'refused') {
      refuseUnfinalized(region, type, details);
    }
    const job = makeJob(region, type, type.withDefaults?.(details, region) ?? details, now, {
      assetTags: input.AssetConfiguration?.Tags,
      plan,
    });
    return jobView(job, stateOf(region, job)!, call);
  },
});

/** Puts a job into the store. @param now epoch milliseconds */
export function makeJob(
  region: Region,
  type: JobType,
  details: object,
  now: number,
  { assetTags, plan }: Pick<Job, 'assetTags'> & { readonly plan?: JobPlan } = {},
): Job {
  const { store, name, account, ids } = region;
  const assumptions = region.assumptions();
  const id = ids.next();
  const job: Job = {
    id,
    arn: jobArn(name, account, id),
    type: type.name,
    details,
    ...(assetTags ? { assetTags } : {}),
    createdAt: now,
    seconds: secondsOf(assumptions, type, id),
    urlSeconds: assumptions.signedUrlSeconds,
    downloaded: false,
    plan: planFrom({ hidden: assumptions.createLag, lag: assumptions.startLag }, plan, now),
    readsSinceStart: 0,
    callsSinceCreate: 0,
  };
  store.jobs.set(id, job);
  return job;
}

/** How long a job runs, seconds. @param id decides it among the lengths of live jobs */
function secondsOf({ jobSeconds }: Assumptions, type: JobType, id: string): number {
  if (jobSeconds === 'live') {
    const { from, to } = LIVE_JOB_SECONDS;
    return from + (Number.parseInt(id.slice(0, 8), 16) % (to - from + 1));
  }
  return typeof jobSeconds === 'number' ? jobSeconds : (jobSeconds[type.name] ?? DEFAULT_JOB_SECONDS);
}

/** The branch of Details that belongs to the type. @throws ServiceError 400 with every problem */
function checkDetails(assumptions: Assumptions, type: JobType, { Details, AssetConfiguration }: Input): object {
  const details = Details[type.member];
  const tags = (AssetConfiguration?.Tags ?? []).map(({ Key, Value }) => [Key, Value] as const);
  const problems = tagProblems('AssetConfiguration.Tags', tags);
  for (const member of Object.keys(Details)) {
    if (member !== type.member) {
      problems.push(`Details.${member} does not belong to the type ${type.name}`);
    }
  }
  if (!details) {
    throw invalid([...problems, `Details.${type.member} is required with the type ${type.name}`]);
  }
  const misshapen = checkShape({ Details: { [type.member]: details } }, SHAPE_OF_TYPE.get(type.name)!);
  problems.push(...misshapen);
  if (!misshapen.length) {
    const wrong = type.problems?.(details, assumptions) ?? [];
    problems.push(...wrong.map((problem) => `Details.${type.member}.${problem}`));
  }
  if (problems.length) {
    throw invalid(problems);
  }
  return details;
}
