import type { Outcome, SetResult } from './cfn-tool';
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
  const lines = failures.flatMap(({ test, when, reason, answer }) => [
    `     FAILED ${test}${when === 'call' ? '' : ` (${when})`}: ${shortened(reason)}`,
    ...(answer ? [`       the handler's answer: ${shortened(answer)}`] : []),
  ]);
  if (broken)
    lines.push(`     FAILED: cfn test came to no end:`, ...broken.split('\n').map((line) => `       ${line}`));
  if (set.starts && failures.some(({ test }) => test.startsWith('contract_delete_'))) {
    lines.push(
      `     ${set.files.create?.name} starts the job. The service keeps the record of a job that ran for 90 days, so it can`,
      '     still be read after a delete, which contract_delete_* do not allow: a create input says StartOnCreation false.',
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
  const tests = new Map<string, Set<string>>();
  for (const { outcomes } of results) {
    for (const { test, reason = '' } of outcomes.filter(isSkip)) {
      const why = SKIPS.find((skip) => skip.reason.test(reason))?.why ?? reason;
      tests.set(why, (tests.get(why) ?? new Set()).add(test));
    }
  }
  return [...tests].map(([why, names]) => `skipped ${[...names].sort().join(', ')}: ${why}`);
}

const isSkip = ({ outcome }: Outcome): boolean => outcome === 'skipped';

function shortened(text = ''): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 700 ? `${line.slice(0, 700)}…` : line;
}
