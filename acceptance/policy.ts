import { inRoot } from '../tools/support/paths';
import type { Probe } from './probe';
import { RIGHTS_OF_THE_COMMAND } from './rights';

/** The policy document of the rights that the probes need. `npx tsx acceptance/cli.ts policy` writes it. */
export const POLICY_FILE = inRoot('acceptance', 'policy.json');

/** @returns the text of the file: one statement for each set of resources */
export function policyOf(probes: readonly Probe[]): string {
  const statements = new Map<string, Set<string>>();
  const rights = [...RIGHTS_OF_THE_COMMAND, ...probes.flatMap((probe) => probe.rights)];
  for (const { action, on } of rights.filter(({ onlyWith }) => !onlyWith)) {
    const resources = JSON.stringify([...on].sort());
    statements.set(resources, (statements.get(resources) ?? new Set()).add(action));
  }
  const Statement = [...statements].sort().map(([resources, actions]) => ({
    Effect: 'Allow',
    Action: [...actions].sort(),
    Resource: JSON.parse(resources) as string[],
  }));
  return `${JSON.stringify({ Version: '2012-10-17', Statement }, null, 2)}\n`;
}
