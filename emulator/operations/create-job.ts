import { invalid } from '../errors';
import type { Exchange } from '../exchange';
import { planFrom } from '../jobs/job-plan';
import type { JobType } from '../jobs/job-type';
import { JOB_TYPES } from '../jobs/job-types';
import { jobArn } from '../store/arns';
import type { Job } from '../store/records';
import { checkShape } from '../validation/check-shape';
import { tagProblems } from '../validation/check-tags';
import { choice, list, structure, text } from '../validation/shapes';
import { checkReferences, refuseFinalized, refuseUnfinalized } from './job-references';
import { operation } from './operation';
import { jobView } from './present';

interface Input {
  Type: string;
  Details: Record<string, object | undefined>;
  AssetConfiguration?: { Tags?: { Key: string; Value: string }[] };
}

const MOST_ASSET_TAGS = 50;
const JOB_TYPE_NAMES = [...JOB_TYPES.keys()];
/** Each branch is checked by its own type's shape; here they only need to be objects. */
const DETAILS = structure(
  {},
  Object.fromEntries([...JOB_TYPES.values()].map(({ member }) => [member, { type: 'object' }])),
);

export const createJob = operation<Input>({
  name: 'CreateJob',
  method: 'POST',
  path: '/v1/jobs',
  status: 201,
  input: structure(
    { Type: choice(JOB_TYPE_NAMES), Details: DETAILS },
    {
      AssetConfiguration: structure(
        {},
        { Tags: list(structure({ Key: text, Value: text }), { max: MOST_ASSET_TAGS }) },
      ),
    },
  ),
  run({ exchange, input, now, plan }) {
    const { store, region, account, ids, jobs } = exchange;
    const assumptions = exchange.assumptions();
    const type = JOB_TYPES.get(input.Type)!;
    const details = checkDetails(exchange, type, input);
    if (assumptions.createJobChecks === 'all') checkReferences(exchange, type, details);
    if (assumptions.finalizedRevisionImport === 'CreateJob') refuseFinalized(exchange, type, details);
    if (assumptions.exportUnfinalizedRevision === 'refused') refuseUnfinalized(exchange, type, details);
    const id = ids.next();
    const { jobSeconds } = assumptions;
    const job: Job = {
      id,
      arn: jobArn(region, account, id),
      type: type.name,
      details,
      ...(input.AssetConfiguration?.Tags ? { assetTags: input.AssetConfiguration.Tags } : {}),
      createdAt: now,
      seconds: typeof jobSeconds === 'number' ? jobSeconds : (jobSeconds[type.name] ?? 2),
      urlSeconds: assumptions.signedUrlSeconds,
      plan: planFrom({ hidden: assumptions.createLag, lag: assumptions.startLag }, plan, now),
      readsSinceStart: 0,
      callsSinceCreate: 0,
    };
    store.jobs.set(id, job);
    return jobView(job, jobs.view(job)!, exchange);
  },
});

/** The branch of Details that belongs to the type. @throws ServiceError 400 with every problem */
function checkDetails(exchange: Exchange, type: JobType, { Details, AssetConfiguration }: Input): object {
  const details = Details[type.member];
  const tags = (AssetConfiguration?.Tags ?? []).map(({ Key, Value }) => [Key, Value] as const);
  const problems = tagProblems('AssetConfiguration.Tags', tags);
  for (const member of Object.keys(Details)) {
    if (member !== type.member) problems.push(`Details.${member} does not belong to the type ${type.name}`);
  }
  if (!details) {
    problems.push(`Details.${type.member} is required with the type ${type.name}`);
    throw invalid(problems);
  }
  const misshapen = checkShape({ Details: { [type.member]: details } }, shapeOf(type));
  problems.push(...misshapen);
  if (!misshapen.length) {
    problems.push(
      ...(type.problems?.(details, exchange.assumptions()) ?? []).map((what) => `Details.${type.member}.${what}`),
    );
  }
  if (problems.length) throw invalid(problems);
  return details;
}

const SHAPES = new Map(
  [...JOB_TYPES.values()].map((type) => [
    type.name,
    structure({ Details: structure({ [type.member]: type.details }) }),
  ]),
);

function shapeOf(type: JobType) {
  return SHAPES.get(type.name)!;
}
