import type { Answer, Outcome, SetResult } from './cfn-tool';
import type { InputSet } from './input-sets';

/** The suite counts an error in preparing or clearing up beside the test itself; so do we. */
export function totalsOf(results: Iterable<SetResult>): { passed: number; failed: number; skipped: number } {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcomes, broken } of results) {
    for (const { outcome } of outcomes) totals[outcome] += 1;
    if (broken) totals.failed += 1;
  }
  return totals;
}

export function describeSet(set: InputSet, result: SetResult): string {
  const { passed, failed, skipped } = totalsOf([result]);
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return `${String(set.number).padStart(2)} ${set.type.padEnd(46)} ${counts}  ${result.seconds.toFixed(0).padStart(3)} s`;
}

export function describeFailures(set: InputSet, { outcomes, broken }: SetResult): string[] {
  const failures = outcomes.filter(({ outcome }) => outcome === 'failed');
  const lines: string[] = [];
  // What prepares several tests fails for all of them alike, and only the first knows the answer.
  for (const alike of groupBy(failures, ({ test, when, reason }) => (when === 'call' ? test : `${when} ${reason}`))) {
    const { when, reason } = alike[0] as Outcome;
    const names = alike.map(({ test }) => test).join(', ');
    lines.push(`     FAILED ${names}${when === 'call' ? '' : ` (${when})`}: ${shortened(reason)}`);
    const answers = new Set(alike.flatMap(({ answer }) => (answer ? describeAnswer(answer) : [])));
    for (const answer of answers) lines.push(`       the handler's answer: ${answer}`);
  }
  if (broken) {
    lines.push('     FAILED: cfn test came to no end:', ...broken.split('\n').map((line) => `       ${line}`));
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

/** Why the suite left tests out. What is not known here is given in the suite's own words. */
const SKIPS: readonly { reason: RegExp; why: string }[] = [
  { reason: /No writable identifiers/, why: 'the identifier of a job is given by the service, not by the template' },
  { reason: /not tag/, why: 'jobs have no tags' },
];

export function describeSkips(results: Iterable<SetResult>): string[] {
  const skipped = [...results].flatMap(({ outcomes }) => outcomes.filter(({ outcome }) => outcome === 'skipped'));
  const why = ({ reason = '' }: Outcome): string => SKIPS.find((skip) => skip.reason.test(reason))?.why ?? reason;
  return groupBy(skipped, why).map((alike) => {
    const names = [...new Set(alike.map(({ test }) => test))].sort().join(', ');
    return `skipped ${names}: ${why(alike[0] as Outcome)}`;
  });
}

function describeAnswer({ status, errorCode, message, resourceModel, resourceModels }: Answer): string {
  if (errorCode) return `${status}, ${errorCode}: ${shortened(message)}`;
  if (resourceModels) return `${status}, ${resourceModels.length} jobs`;
  return resourceModel ? `${status}, ${shortened(JSON.stringify(resourceModel))}` : String(status);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

function shortened(text = ''): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
