import type { Probe } from '../../acceptance/probe';
import { useLocalAws } from './acceptance-support';

const local = useLocalAws('--string-scalars', '--dataexchange-option=--job-seconds=0.2');

afterEach(async () => {
  expect(await local.left()).toEqual([]);
});

test('a probe reports the other value where local AWS is set to it', async () => {
  const { report } = await local.run({ ONLY: 'registry.scalars' });
  expect(report?.assumptions).toMatchObject([{ seen: 'texts', verdict: 'refuted' }]);
});

test('a right that the caller lacks is named, and what was made before is removed', async () => {
  const { report, exitCode } = await local.run({ ONLY: 'registry.scalars' }, (action) => {
    if (action === 'cloudformation:RegisterType') {
      throw Object.assign(new Error('User is not authorized'), { name: 'AccessDeniedException' });
    }
  });
  expect(report?.assumptions[0]?.evidence).toContain('cloudformation:RegisterType is not allowed');
  expect(exitCode).toBe(0);
});

test('a right that the execution role lacks is what the row of the job type says', async () => {
  await script({ faults: [{ on: 'CreateRevision', do: { error: 'AccessDeniedException' } }] });
  const { report } = await local.run({ ONLY: 'type.triggers' });
  await script({});
  expect(report?.assumptions).toMatchObject([{ seen: 'lacks a right', verdict: 'refuted' }]);
});

test.each([
  ['registry.scalars', 's3:CreateBucket'],
  ['registry.scalars', 'iam:CreateRole'],
  ['registry.scalars', 'cloudformation:RegisterType'],
  ['registry.scalars', 'cloudformation:UpdateStack'],
  ['registry.importEvents', 'cloudformation:ExecuteChangeSet'],
  ['type.startLater', 'cloudformation:CreateStack'],
])('a run of %s that is interrupted at %s ends without a report, and leaves nothing', async (probe, action) => {
  const interruption = new AbortController();
  const { report, exitCode } = await local.run(
    { ONLY: probe },
    (called) => {
      if (called === action) {
        interruption.abort();
      }
    },
    interruption.signal,
  );
  expect({ report, exitCode }).toEqual({ report: undefined, exitCode: 130 });
});

test('what a killed run has left is found by its names, without a state file', async () => {
  const probes: Probe['name'][] = ['registry.scalars', 'registry.deleteAfterFailedCreate'];
  const { printed } = await local.run({ ONLY: probes.join(), KEEP: '1' });
  expect((await local.left()).length).toBeGreaterThan(3);
  const runId = /acceptance-clean RUN=(\w+)/.exec(printed)?.[1] as string;
  expect(await local.cleanWithoutState(runId)).toBe(0);
});

async function script(content: object): Promise<void> {
  const body = JSON.stringify(content);
  const answer = await fetch(`${local.url}/_emulator/faults`, { method: 'PUT', body });
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
}
