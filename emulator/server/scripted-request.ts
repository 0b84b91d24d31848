import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock';
import { ServiceError, STATUS_OF_ERROR } from '../errors';
import type { CallFacts } from '../faults/call-facts';
import type { Decision, ScriptedEnding } from '../faults/fault-engine';
import type { FaultError } from '../faults/fault-script';
import { resourceArn } from '../store/arns';
import type { Region } from '../store/region';
import type { ServerContext } from './context';
import type { JournalEntry } from './journal';
import { asServiceError } from './responses';

/** A request that a fault script can change: a call of the API, or a request to a signed URL. */
export interface ScriptedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Without the query. */
  readonly path: string;
  /** Name of the Region. */
  readonly region: string;
  /** What is known before the request takes effect. */
  facts(region: Region): CallFacts;
  /** Lets the request take effect. @throws ServiceError */
  perform(region: Region, facts: CallFacts, decision: Decision): Promise<Reply>;
  sendError(error: ServiceError): void;
}

/** The response to a request that has taken effect. */
export interface Reply {
  readonly status: number;
  /** The job that the request made. */
  readonly madeJobId?: string;
  send(response: ServerResponse): void | Promise<void>;
}

/** Serves a request as the script and the service say, and writes it into the journal. */
export async function serveScripted(scripted: ScriptedRequest, context: ServerContext): Promise<void> {
  const { service, stopping } = context;
  const { clock } = service.services;
  const { facts, decision, entry } = await service.inRegion(scripted.region, (region) =>
    begin(scripted, region, context),
  );
  await wait(decision.delays, clock, stopping);
  if (stopping.aborted) {
    return;
  }
  const { ending } = decision;
  const result =
    ending?.effect === 'none'
      ? undefined
      : await service
          .inRegion(scripted.region, (region) => scripted.perform(region, facts, decision))
          .catch((error: unknown) => asServiceError(error, service.services.log));
  if (result && 'madeJobId' in result) {
    entry.jobId = result.madeJobId;
  }
  if (ending) {
    Object.assign(entry, end(scripted, ending, facts, service.services.account));
  } else if (result instanceof ServiceError) {
    Object.assign(entry, { status: result.status, error: result.code });
    scripted.sendError(result);
  } else if (result) {
    entry.status = result.status;
    await result.send(scripted.response);
  }
}

function begin(
  { request, path, facts: factsIn }: ScriptedRequest,
  region: Region,
  { faults, journal }: ServerContext,
): { facts: CallFacts; decision: Decision; entry: JournalEntry } {
  const facts = factsIn(region);
  const decision = faults.decide(facts);
  const entry = journal.add({
    at: new Date(region.clock.now()).toISOString(),
    region: region.name,
    operation: facts.operation,
    method: request.method ?? '',
    path,
    ...(facts.jobId ? { jobId: facts.jobId } : {}),
    ...(decision.fired.length ? { faults: decision.fired } : {}),
  });
  return { facts, decision, entry };
}

/** @param stopping ends the waiting */
async function wait(delays: Decision['delays'], clock: Clock, stopping: AbortSignal): Promise<void> {
  for (const { seconds = 0, milliseconds = 0 } of delays) {
    if (seconds) {
      await clock.wait(seconds * 1000, stopping);
    }
    if (milliseconds) {
      await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}

/** Ends a request as the script says. @returns status and error name for the journal, if there is a response */
function end(
  { request, response, sendError }: ScriptedRequest,
  { error, denied, answer, connection }: ScriptedEnding,
  facts: CallFacts,
  account: string,
): { status?: number; error?: string } {
  if (error || denied) {
    const scripted = error ? scriptedError(error) : accessDenied(denied!, facts, account);
    sendError(scripted);
    return { status: scripted.status, error: scripted.code };
  }
  if (answer) {
    const { status, contentType = 'text/html', text = '', headers = {} } = answer;
    response.writeHead(status, { 'content-type': contentType, ...headers });
    response.end(status === 204 || request.method === 'HEAD' ? undefined : text);
    return { status };
  }
  // A silent connection stays open until the client gives up or the emulator stops.
  if (connection === 'reset') {
    request.socket.resetAndDestroy();
  }
  return {};
}

function scriptedError(given: string | FaultError): ServiceError {
  const { name, status, message, members }: FaultError = typeof given === 'string' ? { name: given } : given;
  return new ServiceError(
    name,
    status ?? STATUS_OF_ERROR[name] ?? 400,
    message ?? `${name}, as the fault script says.`,
    members,
  );
}

/** IAM's words for a missing permission (IAM User Guide, access denied error messages). */
function accessDenied(action: string, facts: CallFacts, account: string): ServiceError {
  const { jobId, dataSetIds, revisionIds, region } = facts;
  const resource = resourceArn(region, account, { jobId, dataSetId: dataSetIds[0], revisionId: revisionIds[0] });
  const user = `arn:aws:sts::${account}:assumed-role/local/caller`;
  const text = [
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource}`,
    `because no identity-based policy allows the ${action} action`,
  ].join(' ');
  return new ServiceError('AccessDeniedException', 403, text);
}
