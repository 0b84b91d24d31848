import { invalid, notFound, type ResourceType } from '../errors';
import type { Operation } from '../operations/operation';
import { checkShape } from '../validation/check-shape';

/** Which resource an id label names, for the switch between 400 and 404. */
const RESOURCE_OF_LABEL: Record<string, ResourceType> = {
  DataSetId: 'DATA_SET',
  RevisionId: 'REVISION',
  AssetId: 'ASSET',
  JobId: 'JOB',
};

/**
 * Puts path labels, query and body together and checks them against the operation's shape. Members that the shape does not know are gone.
 * @param malformedId whether an id outside the pattern is told as such, or as not found
 * @throws ServiceError 400 with every problem
 */
export function collectInput(
  operation: Operation,
  labels: Record<string, string>,
  query: URLSearchParams,
  body: Record<string, unknown>,
  malformedId: '400' | '404',
): object {
  const input: Record<string, unknown> = { ...body };
  for (const [name, { member, type }] of Object.entries(operation.query ?? {})) {
    const given = query.getAll(name);
    // A list that is not given is a missing member, an empty text is none.
    delete input[member];
    if (type === 'texts') {
      if (given.length) input[member] = given;
    } else if (given[0]) {
      input[member] = type === 'integer' && /^-?\d{1,15}$/.test(given[0]) ? Number(given[0]) : given[0];
    }
  }
  // Labels come last: a body cannot override what the path says.
  Object.assign(input, labels);
  const problems = checkShape(input, operation.input);
  if (!problems.length) return input;
  if (malformedId === '404') {
    const wrong = problems
      .map((problem) => problem.split(' ')[0] ?? '')
      .find((label) => label in labels && label in RESOURCE_OF_LABEL);
    if (wrong) throw notFound(RESOURCE_OF_LABEL[wrong]!, labels[wrong]!.slice(0, 100));
  }
  throw invalid(problems);
}
