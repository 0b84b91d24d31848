import type { Mutant } from './mutant';

/**
 * For each invariant of `test/world/support/invariants.ts` a fault in the source that breaks it. Those for "one run" and
 * "no secret" are in `operations.ts`: a retriable code once a job exists, and events with write-only values.
 */
export const INVARIANT_MUTANTS: readonly Mutant[] = [
  {
    file: 'src/operations/create.ts',
    text: 'return operation.inProgress(STORE_DELAY_SECONDS, `job ${job.Id} created`);',
    replacement: 'return runJob(operation);',
    breaks: 'known before it runs: a create starts its job before CloudFormation has the identifier.',
  },
  {
    file: 'src/operations/finish.ts',
    text: 'success(operation, job, await ifPresent(exchange.getRevision(name)))',
    replacement: 'success(operation, job, revision)',
    breaks: 'true success: a rollback shows the revision as it was before the change that was refused.',
  },
  {
    file: 'src/operations/job-operation.ts',
    text: '`Job ${this.jobId}: ${error.message}`',
    replacement: '`Job ${this.jobId} failed.`',
    breaks: 'failure with identifier and cause: the message does not say why.',
  },
  {
    file: 'src/operations/schedule.ts',
    text: '(schema.handlers.create.timeoutInMinutes - 10) * MINUTE',
    replacement: '(schema.handlers.create.timeoutInMinutes + 10) * MINUTE',
    breaks: 'an end in time: CloudFormation gives a create up before it ends.',
  },
  {
    file: 'src/operations/delete.ts',
    text: 'await removeOwnRevision(operation, revision);\n    return DELETED;',
    replacement: 'return DELETED;',
    breaks: 'nothing left: the revision of a job that waits outlives the resource.',
  },
  {
    file: 'src/job/rights.ts',
    text: "'dataexchange:RevokeRevision': ['delete'],",
    replacement: "'dataexchange:RevokeRevision': ['update', 'delete'],",
    breaks: 'within the rights: a right is declared that no path uses.',
  },
  {
    file: 'src/service/budget.ts',
    text: 'CREATE: 40_000,',
    replacement: 'CREATE: 400_000,',
    breaks: 'within the budget: an invocation of a create waits longer than CloudFormation.',
  },
  {
    file: 'src/operations/exchange.ts',
    text: 'assets.push(...(page?.assets ?? []));',
    replacement: 'assets.push(...page!.assets);',
    breaks: 'no fault of its own: a handler throws if the revision is removed before its assets are listed.',
  },
];
