import { OPERATIONS } from '../../../emulator/operations/operations';
import { HANDLERS, type Handler, permissionsOf } from '../../../src/job/rights';

/**
 * Rights that are needed although no handler makes the call: the service asks for them where UpdateRevision publishes,
 * and while a job runs with the caller's rights.
 */
const ASKED_BY_THE_SERVICE = ['PublishDataSet', 'PublishToDataGrant', 'CreateAsset', 'GetAsset', 'GetDataSet'];

/** @param used which handler called what: `create GetJob` */
export function rightsNeverUsed(used: ReadonlySet<string>): string[] {
  const calls = OPERATIONS.map(({ name }) => name).filter((name) => !ASKED_BY_THE_SERVICE.includes(name));
  const declared = (handler: Handler) =>
    calls.filter((name) => permissionsOf(handler).includes(`dataexchange:${name}`)).map((name) => `${handler} ${name}`);
  return HANDLERS.flatMap(declared).filter((right) => !used.has(right));
}
