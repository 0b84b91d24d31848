import type { IncomingMessage, ServerResponse } from 'node:http';
import { notEmulated, ServiceError } from '../errors';
import { factsOfCall } from '../faults/call-facts';
import type { Decision } from '../faults/fault-engine';
import { publish } from '../operations/publication';
import { type JobPlan, planFrom } from '../store/job-plan';
import type { Region } from '../store/region';
import { collectInput } from './collect-input';
import type { ServerContext } from './context';
import { DEFAULT_REGION, regionOf } from './credential-scope';
import { hostOf } from './host';
import { parseJson, readBody } from './read-body';
import { asServiceError, sendError, sendJson } from './responses';
import { type Route, route, UNKNOWN_OPERATION } from './router';
import { type Reply, serveScripted } from './scripted-request';

/** Serves a request to the Data Exchange API. */
export async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  context: ServerContext,
): Promise<void> {
  const { clock, log } = context.service.services;
  const method = request.method ?? '';
  const found = route(method, path);
  const admitted = await admit(request, found, context).catch((error: unknown) => asServiceError(error, log));
  if (admitted instanceof ServiceError) {
    const { status, code: error } = admitted;
    const at = new Date(clock.now()).toISOString();
    context.journal.add({ at, region: '-', operation: 'Refused', method, path, status, error });
    sendError(response, admitted);
    return;
  }
  const { region, body } = admitted;
  await serveScripted(
    {
      request,
      response,
      path,
      region,
      facts: (inRegion) => factsOfCall(found.name, inRegion, found.labels, body instanceof ServiceError ? {} : body),
      perform: (inRegion, { revisionIds }, decision) =>
        perform(inRegion, found, query, body, hostOf(request), revisionIds, decision),
      sendError: (error) => sendError(response, error),
    },
    context,
  );
}

/**
 * Reads who calls and with which body. The service looks for the operation before it looks at the signature.
 * @throws ServiceError 403, or 413 for a body that is too large
 */
async function admit(
  request: IncomingMessage,
  { name }: Route,
  { faults }: ServerContext,
): Promise<{ region: string; body: Record<string, unknown> | ServiceError }> {
  const mustBeSigned = faults.assumptions.unsignedRequests === 'refused';
  const region = name === UNKNOWN_OPERATION ? DEFAULT_REGION : regionOf(request.headers.authorization, mustBeSigned);
  return { region, body: parsedBody(request.method ?? '', await readBody(request)) };
}

/** The body, or the error to send for it unless the fault script ends the call in another way. */
function parsedBody(method: string, text: string): Record<string, unknown> | ServiceError {
  if (method === 'GET' || method === 'DELETE' || method === 'HEAD') {
    return {};
  }
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof ServiceError) {
      return error;
    }
    throw error;
  }
}

/** Calls the operation, with what the script plans for its job and its revision. */
async function perform(
  region: Region,
  { name, operation, labels }: Route,
  query: URLSearchParams,
  body: Record<string, unknown> | ServiceError,
  host: string,
  revisionIds: readonly string[],
  decision: Decision,
): Promise<Reply> {
  if (!operation) {
    throw unknownOperation(name);
  }
  if (body instanceof ServiceError) {
    throw body;
  }
  const input = collectInput(operation, labels, query, body, region.assumptions().malformedId);
  const now = region.clock.now();
  const plan = decision.plans.length
    ? decision.plans.reduce<JobPlan>((sum, more) => planFrom(sum, more, now), {})
    : undefined;
  const job = labels.JobId === undefined ? undefined : region.store.jobs.get(labels.JobId);
  if (job && plan) {
    job.plan = { ...job.plan, ...plan };
  }
  const result = await operation.run({ region, input, now, host, ...(plan ? { plan } : {}) });
  const made = (result as { Id?: string } | undefined)?.Id;
  if (decision.publishes) {
    publishAll(region, name === 'CreateRevision' && made ? [made] : revisionIds, now);
  }
  return {
    status: operation.status,
    ...(name === 'CreateJob' ? { madeJobId: made } : {}),
    send: (response) => sendJson(response, operation.status, result),
  };
}

function publishAll(region: Region, revisionIds: readonly string[], now: number): void {
  for (const id of revisionIds) {
    const revision = region.store.revisions.get(id);
    if (revision) {
      publish(region, revision, now);
    }
  }
}

function unknownOperation(name: string): ServiceError {
  if (name === UNKNOWN_OPERATION) {
    // Recorded from the live service, whether the request is signed or not.
    const text = 'Unable to determine service/operation name to be authorized';
    return new ServiceError('AccessDeniedException', 403, text);
  }
  return notEmulated(name);
}
