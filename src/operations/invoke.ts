import { isRecord, text } from '../job/properties';
import { PROPERTY_NODES } from '../job/schema-node';
import { type Answer, failedWithoutJob, internalFailure, notFound } from './answer';
import { type CallbackContext, isAbsent, isContextOf } from './callback-context';
import { create, firstCreateContext, resumeCreate } from './create';
import { deleteJob, firstDeleteContext } from './delete';
import { type Exchange, Refusal } from './exchange';
import { JobOperation } from './job-operation';
import { list } from './list';
import { read } from './read';
import type { Environment, Request } from './request';
import { firstUpdateContext, update } from './update';

const JOB_ID = new RegExp(PROPERTY_NODES.Id?.pattern ?? '^[a-zA-Z0-9]{30,40}$');

/** Runs one invocation of an operation, from the request to the answer. Never throws. */
export async function invoke(request: Request, exchange: Exchange, environment: Environment): Promise<Answer> {
  const { operation, desired, callbackContext } = request;
  const beganAt = environment.now();
  let context: CallbackContext | undefined;
  if (!isAbsent(callbackContext)) {
    if (!isContextOf(operation, callbackContext)) {
      // A rollback and the clean-up need the identifier, wherever it is.
      const known = isRecord(callbackContext) ? text(callbackContext, 'jobId') : undefined;
      return internalFailure(known ?? text(desired, 'Id'), 'callbackContext is not one that this type has returned');
    }
    context = callbackContext;
  }
  const jobId = context?.jobId ?? text(desired, 'Id');
  try {
    if (operation === 'LIST') {
      return await list(request, exchange);
    }
    if (operation === 'CREATE' && jobId === undefined) {
      return await create({ ...request, operation }, beganAt, exchange, environment);
    }
    if (jobId === undefined || !JOB_ID.test(jobId)) {
      return notFound(jobId);
    }
    if (operation === 'READ') {
      return await read(request, jobId, exchange);
    }
    const first = {
      CREATE: firstCreateContext,
      UPDATE: firstUpdateContext,
      DELETE: firstDeleteContext,
    }[operation];
    const job = new JobOperation(
      { ...request, operation },
      context ?? first(desired, jobId, beganAt),
      exchange,
      environment,
    );
    return await job.run({ CREATE: resumeCreate, UPDATE: update, DELETE: deleteJob }[operation]);
  } catch (error) {
    if (error instanceof Refusal) {
      return failedWithoutJob(error.errorCode, error.message);
    }
    environment.log('the handler itself failed', { error });
    return internalFailure(jobId);
  }
}
