import type { ProgressEvent } from '../tools/support/function-process';
import type { SetResult, TestResult } from './cfn-tool';
import type { InputSet } from './input-sets';

/** The suite counts an error before or after a test beside the test itself, and so does this. */
export function totalsOf(sets: Iterable<SetResult>): { passed: number; failed: number; skipped: number } {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { results, broken } of sets) {
    for (const { outcome } of results) {
      totals[outcome] += 1;
    }
    if (broken) {
      totals.failed += 1;
    }
  }
  return totals;
}

export function describeSet(set: InputSet, result: SetResult): string {
  const { passed, failed, skipped } = totalsOf([result]);
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return `${String(set.number).padStart(2)} ${set.type.padEnd(46)} ${counts}  ${result.seconds.toFixed(0).padStart(3)} s`;
}

export function describeFailures(set: InputSet, { results, broken }: SetResult): string[] {
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  const lines: string[] = [];
  // An error before several tests fails all of them alike, and only the first of them has the answer.
  for (const alike of groupBy(failures, ({ test, when, reason }) => (when === 'call' ? test : `${when} ${reason}`))) {
    const { when, reason } = alike[0] as TestResult;
    const names = alike.map(({ test }) => test).join(', ');
    lines.push(`     FAILED ${names}${when === 'call' ? '' : ` (${when})`}: ${shortened(reason)}`);
    const answers = new Set(alike.flatMap(({ answer }) => (answer ? describeAnswer(answer) : [])));
    lines.push(...[...answers].map((answer) => `       the handler's answer: ${answer}`));
  }
  if (broken) {
    lines.push('     FAILED: cfn test did not run to its end:', ...broken.split('\n').map((line) => `       ${line}`));
  }
  if (set.starts && failures.some(({ test }) => test.startsWith('contract_delete_'))) {
    lines.push(
      `     ${set.files.create?.name} starts the job. The service keeps the record of a job that ran for 90 days: without a revision`,
      '     of its own it can still be read after a delete, which contract_delete_* do not allow. Leave RevisionId out,',
      '     or let the create input say StartOnCreation false.',
    );
  }
  return lines;
}

/** Why the suite skipped tests, in plainer words than the suite's. */
const SKIPS: readonly { reason: RegExp; why: string }[] = [
  { reason: /No writable identifiers/, why: 'the identifier of a job is given by the service, not by the template' },
  { reason: /not tag/, why: 'jobs have no tags' },
];

export function describeSkips(sets: Iterable<SetResult>): string[] {
  const skipped = [...sets].flatMap(({ results }) => results.filter(({ outcome }) => outcome === 'skipped'));
  const why = ({ reason = '' }: TestResult) => SKIPS.find((skip) => skip.reason.test(reason))?.why ?? reason;
  return groupBy(skipped, why).map((alike) => {
    const names = [...new Set(alike.map(({ test }) => test))].sort().join(', ');
    return `skipped ${names}: ${why(alike[0] as TestResult)}`;
  });
}

function describeAnswer({ status, errorCode, message, resourceModel, resourceModels }: ProgressEvent): string {
  if (errorCode) {
    return `${status}, ${errorCode}: ${shortened(message)}`;
  }
  if (resourceModels) {
    return `${status}, ${resourceModels.length} jobs`;
  }
  return resourceModel ? `${status}, ${shortened(JSON.stringify(resourceModel))}` : status;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  }
  return [...groups.values()];
}

function shortened(text = ''): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
