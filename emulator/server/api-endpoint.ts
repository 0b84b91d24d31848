import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '../errors';
import type { Exchange } from '../exchange';
import { factsOfCall } from '../faults/call-facts';
import type { Decision } from '../faults/fault-engine';
import { type JobPlan, planFrom } from '../jobs/job-plan';
import { sendError, sendJson } from './answer';
import { collectInput } from './collect-input';
import type { ServerContext } from './context';
import { regionOf } from './credential-scope';
import { parseJson, readBody } from './read-body';
import { type Route, route } from './router';
import { endAsScripted, waitAsScripted } from './scripted-ending';

/** A request of the API, taken apart. */
interface ApiCall {
  exchange: Exchange;
  found: Route;
  labels: Record<string, string>;
  query: URLSearchParams;
  /** The body, or what is wrong with it. */
  body: Record<string, unknown> | ServiceError;
  name: string;
}

interface Outcome {
  status: number;
  body?: object;
}

/** Answers a request of the Data Exchange API. */
export async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  context: ServerContext,
): Promise<void> {
  const { service, faults, journal, stopping } = context;
  const { clock } = service.services;
  const method = request.method ?? '';
  let call: ApiCall;
  try {
    call = await takeApart(request, method, path, query, context);
  } catch (error) {
    const told = asServiceError(error, context);
    journal.add({
      at: isoNow(context),
      region: '-',
      operation: 'Refused',
      method,
      path,
      status: told.status,
      error: told.code,
    });
    sendError(response, told);
    return;
  }
  await service.settle();
  const facts = factsOfCall(call.name, call.exchange, call.labels, call.body instanceof ServiceError ? {} : call.body);
  const decision = faults.decide(facts);
  const entry = journal.add({
    at: isoNow(context),
    region: call.exchange.region,
    operation: call.name,
    method,
    path,
    ...(facts.jobId ? { jobId: facts.jobId } : {}),
    ...(decision.fired.length ? { faults: decision.fired } : {}),
  });
  await waitAsScripted(decision.delays, clock, stopping);
  if (stopping.aborted) return;
  let outcome: Outcome | ServiceError | undefined;
  if (decision.ending?.effect !== 'none') {
    outcome = await perform(call, decision, facts.revisionIds, context);
    const made = outcome instanceof ServiceError ? undefined : (outcome.body as { Id?: string } | undefined)?.Id;
    if (call.name === 'CreateJob' && made) entry.jobId = made;
  }
  if (decision.ending) {
    Object.assign(
      entry,
      endAsScripted(decision.ending, request, response, (error) => sendError(response, error)),
    );
    return;
  }
  if (outcome instanceof ServiceError) {
    Object.assign(entry, { status: outcome.status, error: outcome.code });
    sendError(response, outcome);
  } else if (outcome) {
    entry.status = outcome.status;
    sendJson(response, outcome.status, outcome.body);
  }
}

async function takeApart(
  request: IncomingMessage,
  method: string,
  path: string,
  query: URLSearchParams,
  context: ServerContext,
): Promise<ApiCall> {
  const region = regionOf(request.headers.authorization, context.faults.assumptions.unsignedRequests === 'refused');
  const text = await readBody(request);
  const found = route(method, path);
  const named = found && 'operation' in found ? found : undefined;
  return {
    exchange: context.service.exchangeOf(region),
    found,
    labels: named?.labels ?? {},
    query,
    body: method === 'GET' || method === 'DELETE' || method === 'HEAD' ? {} : parsed(text),
    name: named?.operation.name ?? (found && 'absent' in found ? found.absent : 'UnknownOperation'),
  };
}

function parsed(text: string): Record<string, unknown> | ServiceError {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

/** Lets the operation take effect, with what the script has in store for its job and revision. Never rejects. */
async function perform(
  call: ApiCall,
  decision: Decision,
  revisionIds: string[],
  context: ServerContext,
): Promise<Outcome | ServiceError> {
  const { service, faults } = context;
  const { exchange, found, labels, query, body } = call;
  try {
    if (!found || 'absent' in found) throw unknownOperation(call.name);
    if (body instanceof ServiceError) throw body;
    const input = collectInput(found.operation, labels, query, body, faults.assumptions.malformedId);
    // Scripted delays let time go by.
    await service.settle();
    const now = exchange.clock.now();
    const plan = decision.plans.length
      ? decision.plans.reduce<JobPlan>((all, more) => planFrom(all, more, now), {})
      : undefined;
    const job = labels.JobId === undefined ? undefined : exchange.store.jobs.get(labels.JobId);
    if (job && plan) job.plan = { ...job.plan, ...plan };
    const result = found.operation.run({ exchange, input, now, ...(plan ? { plan } : {}) });
    if (decision.publishes) publish(call.name, result, revisionIds, context);
    return { status: found.operation.status, ...(result ? { body: result } : {}) };
  } catch (error) {
    return asServiceError(error, context);
  }
}

function publish(operation: string, result: object | undefined, revisionIds: string[], context: ServerContext): void {
  const made = (result as { Id?: string } | undefined)?.Id;
  const concerned = operation === 'CreateRevision' && made ? [made] : revisionIds;
  for (const id of concerned) context.service.publishRevision(id);
}

function unknownOperation(name: string): ServiceError {
  const text =
    name === 'UnknownOperation'
      ? 'AWS Data Exchange has no operation of this method and path.'
      : `The local Data Exchange does not have ${name}: it covers data sets, revisions, assets, tags and jobs.`;
  return new ServiceError('UnknownOperationException', 404, text);
}

/** Anything that is not meant to be told is logged and told as what it is: an error of ours. */
function asServiceError(error: unknown, context: ServerContext): ServiceError {
  if (error instanceof ServiceError) return error;
  context.service.services.log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`);
  return new ServiceError('InternalServerException', 500, 'The local Data Exchange failed; its log says more.');
}

function isoNow(context: ServerContext): string {
  return new Date(context.service.services.clock.now()).toISOString();
}
