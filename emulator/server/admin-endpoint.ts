import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalid, ServiceError } from '../errors';
import { checkFaultScript, FaultScriptError } from '../faults/fault-schema';
import { sendError, sendJson } from './answer';
import type { ServerContext } from './context';
import { parseJson, readBody } from './read-body';

/** The paths that no AWS service has: how a test or a person works the emulator itself. */
export const ADMIN_PREFIX = '/_emulator';

/** Answers a request to the emulator itself. */
export async function serveAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  context: ServerContext,
): Promise<void> {
  try {
    const body = parseJson(await readBody(request));
    await context.service.settle();
    sendJson(
      response,
      200,
      await administer(`${request.method} ${path.slice(ADMIN_PREFIX.length)}`, body, query, context),
    );
  } catch (error) {
    if (error instanceof FaultScriptError)
      sendJson(response, 400, { message: 'the fault script is not valid', problems: error.problems });
    else if (error instanceof ServiceError) sendError(response, error);
    else throw error;
  }
}

async function administer(
  what: string,
  body: Record<string, unknown>,
  query: URLSearchParams,
  context: ServerContext,
): Promise<object> {
  const { faults, journal, service, seed } = context;
  const { clock, account, buckets } = service.services;
  const publish = /^POST \/revisions\/([a-zA-Z0-9]{1,100})\/publish$/.exec(what);
  if (publish) {
    const { id, finalized, published } = service.publishRevision(publish[1]!);
    return { Id: id, Finalized: finalized, Published: published };
  }
  switch (what) {
    case 'GET ':
    case 'GET /':
      return { account, buckets: buckets.description, now: new Date(clock.now()).toISOString(), seed };
    case 'GET /faults':
      return faults.report();
    case 'PUT /faults':
      faults.load(checkFaultScript(body));
      return faults.report();
    case 'DELETE /faults':
      faults.load({});
      return faults.report();
    case 'GET /requests':
      return { requests: journal.list(query.get('operation') ?? undefined) };
    case 'DELETE /requests':
      journal.clear();
      return { requests: [] };
    case 'GET /clock':
      return { now: new Date(clock.now()).toISOString() };
    case 'POST /clock': {
      const { advanceSeconds } = body;
      if (typeof advanceSeconds !== 'number' || !(advanceSeconds >= 0) || advanceSeconds > 1e9) {
        throw invalid(['advanceSeconds must be a number of seconds, 0 or more']);
      }
      clock.advance(advanceSeconds * 1000);
      await service.settle();
      return { now: new Date(clock.now()).toISOString() };
    }
    default:
      throw new ServiceError(
        'UnknownOperationException',
        404,
        `The emulator has no "${what}"; its README lists what there is under ${ADMIN_PREFIX}.`,
      );
  }
}
