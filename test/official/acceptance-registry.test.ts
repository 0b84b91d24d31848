import { REGISTRY_PROBES } from '../../acceptance/registry/probes';
import { RIGHTS_OF_THE_COMMAND } from '../../acceptance/rights';
import { defaultOf } from '../../acceptance/runner';
import { useLocalAws } from './acceptance-support';

/**
 * Calls that give no answer are repeated after 12 s, not after 60: long enough for a busy machine to start a function.
 */
const local = useLocalAws('--handler-seconds', '12', '--dataexchange-option=--job-seconds=0.2');

/** Rows about time, which a busy machine changes. */
const TIMED = /^registry\.pausesAfter/;

test('the probes see of local AWS what its README says, and leave nothing', async () => {
  const { report, exitCode, printed, actions } = await local.run({});
  const seen = report?.assumptions.filter(({ name }) => !TIMED.test(name)).map(({ name, seen }) => [name, seen]);
  const expected = REGISTRY_PROBES.filter(({ name }) => !TIMED.test(name)).map((probe) => [
    probe.name,
    defaultOf(probe),
  ]);
  expect(seen).toEqual(expected);
  expect(report?.assumptions.filter(({ verdict }) => verdict === 'undecided')).toEqual([]);
  expect(exitCode).toBe(0);
  expect(printed).toContain('everything is removed');
  expect(await local.left()).toEqual([]);

  const rights = [...RIGHTS_OF_THE_COMMAND, ...REGISTRY_PROBES.flatMap((probe) => probe.rights)];
  const allowed = rights.map(({ action }) => action);
  expect([...actions].filter((action) => !allowed.includes(action))).toEqual([]);
});
