import { invalid, notFound, type ResourceType } from '../errors';
import type { Operation } from '../operations/operation';
import { checkShape } from '../validation/check-shape';

/** Which resource the id in a path label names. */
const RESOURCE_OF_LABEL: Readonly<Record<string, ResourceType>> = {
  DataSetId: 'DATA_SET',
  RevisionId: 'REVISION',
  AssetId: 'ASSET',
  JobId: 'JOB',
};

/**
 * Puts path labels, query and body together and checks them against the operation's shape. Members that the shape does
 * not describe are dropped.
 * @param malformedId the status for an id that does not match the pattern of ids
 * @throws ServiceError 400 with every problem
 */
export function collectInput(
  operation: Operation,
  labels: Readonly<Record<string, string>>,
  query: URLSearchParams,
  body: Readonly<Record<string, unknown>>,
  malformedId: '400' | '404',
): object {
  const input: Record<string, unknown> = { ...body };
  for (const [name, { member, type }] of Object.entries(operation.query ?? {})) {
    const [first, ...others] = query.getAll(name);
    delete input[member];
    if (type === 'texts') {
      // A list that is not given is a missing member.
      if (first !== undefined) {
        input[member] = [first, ...others];
      }
    } else if (first) {
      input[member] = type === 'integer' && /^-?\d{1,15}$/.test(first) ? Number(first) : first;
    }
  }
  // Labels come last: a body cannot override the path.
  Object.assign(input, labels);
  const problems = checkShape(input, operation.input);
  if (!problems.length) {
    return input;
  }
  if (malformedId === '404') {
    const label = problems
      .map((problem) => problem.split(' ')[0] ?? '')
      .find((member) => member in labels && member in RESOURCE_OF_LABEL);
    if (label) {
      throw notFound(RESOURCE_OF_LABEL[label]!, labels[label]!.slice(0, 100));
    }
  }
  throw invalid(problems);
}
