import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalid, ServiceError } from '../errors';
import { checkFaultScript, FaultScriptError } from '../faults/fault-schema';
import { dataSetView } from '../operations/present';
import { ASSUMPTIONS, type Assumptions } from '../store/assumptions';
import type { ServerContext } from './context';
import { refuseOtherOrigins } from './own-origin';
import { servePage } from './page';
import { parseJson, readBody } from './read-body';
import { sendError, sendJson } from './responses';
import { serviceState } from './service-state';

/** The emulator's own paths, by which a test or a person works it. No AWS service has them. */
export const ADMIN_PREFIX = '/_emulator';

/** Serves a request to the emulator itself. */
export async function serveAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  context: ServerContext,
): Promise<void> {
  try {
    const text = await readBody(request);
    if (request.method === 'GET' && path.startsWith(`${ADMIN_PREFIX}/`)) {
      if (await servePage(response, path.slice(ADMIN_PREFIX.length + 1))) {
        return;
      }
    } else if (request.method !== 'GET') {
      refuseOtherOrigins(request);
    }
    const body = parseJson(text);
    const command = `${request.method} ${path.slice(ADMIN_PREFIX.length)}`;
    sendJson(response, 200, await administer(command, body, query, context));
  } catch (error) {
    if (error instanceof FaultScriptError) {
      sendJson(response, 400, { message: 'the fault script is not valid', problems: error.problems });
    } else if (error instanceof ServiceError) {
      sendError(response, error);
    } else {
      throw error;
    }
  }
}

async function administer(
  command: string,
  body: Readonly<Record<string, unknown>>,
  query: URLSearchParams,
  context: ServerContext,
): Promise<object> {
  const { faults, journal, service, seed } = context;
  const { clock, account, buckets } = service.services;
  const [, dataSetId] = /^POST \/data-sets\/([a-zA-Z0-9]{1,100})\/entitle$/.exec(command) ?? [];
  if (dataSetId) {
    const { productId } = body;
    if (productId !== undefined && typeof productId !== 'string') {
      throw invalid(['productId must be a text']);
    }
    return service.upToDate(() => dataSetView(service.entitle(dataSetId, productId)));
  }
  const [, entitledId] = /^DELETE \/data-sets\/([a-zA-Z0-9]{1,100})\/entitle$/.exec(command) ?? [];
  if (entitledId) {
    await service.upToDate(() => service.endEntitlement(entitledId));
    return {};
  }
  const [, revisionId] = /^POST \/revisions\/([a-zA-Z0-9]{1,100})\/publish$/.exec(command) ?? [];
  if (revisionId) {
    const { id, finalized, published } = await service.upToDate(() => service.publishRevision(revisionId));
    return { Id: id, Finalized: finalized, Published: published };
  }
  switch (command) {
    case 'GET ':
      return { account, buckets: buckets.description, now: new Date(clock.now()).toISOString(), seed };
    case 'GET /state':
      return service.upToDate(() => serviceState(context));
    case 'GET /faults':
      return faults.report();
    case 'PUT /faults':
      faults.load(checkFaultScript(body));
      return faults.report();
    case 'DELETE /faults':
      faults.load({});
      return faults.report();
    case 'GET /assumptions':
      return Object.fromEntries(
        Object.entries(ASSUMPTIONS).map(([name, assumption]) => [
          name,
          { value: faults.assumptions[name as keyof Assumptions], ...assumption },
        ]),
      );
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
      return service.upToDate(() => ({ now: new Date(clock.now()).toISOString() }));
    }
    default: {
      const text = `The emulator has no "${command}"; its README lists what there is under ${ADMIN_PREFIX}.`;
      throw new ServiceError('UnknownOperationException', 404, text);
    }
  }
}
