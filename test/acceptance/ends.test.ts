import { readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions } from '../../acceptance/options';
import { POLICY_FILE, policyOf } from '../../acceptance/policy';
import { PROBES } from '../../acceptance/probes';
import { ACCOUNT, leftovers, openRehearsal, REGION, type Rehearsal, rowIn } from './support';

/** Runs that end in another way: each has a clear end, and leaves nothing. */

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await openRehearsal();
});
afterEach(() => rehearsal.close());

/** A few probes: a lag, uploads, an export, and one that makes a data set of its own. */
const ONLY = 'createLag,uploadAgain,createdAtInKeys,assetTypeMismatch';

function serviceError(name: string, status: number, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

async function nothingIsLeft(): Promise<void> {
  rehearsal.onCall = () => {};
  expect(await leftovers(rehearsal)).toEqual([]);
  expect(readdirSync(rehearsal.stateFolder)).toEqual([]);
}

test('an account that is not the named one: nothing is made', async () => {
  rehearsal.identity = () => ({ Account: '999999999999' });
  await expect(rehearsal.run()).rejects.toThrow(
    'the caller belongs to account 999999999999, not to 123456789012: nothing was made',
  );
  expect(rehearsal.actions).toEqual([]);
  await nothingIsLeft();
});

test('no credentials: AWS does not say who calls', async () => {
  rehearsal.identity = () => {
    throw serviceError('CredentialsProviderError', 0, 'Could not load credentials from any providers');
  };
  await expect(rehearsal.run()).rejects.toThrow(
    /AWS does not say who calls \(CredentialsProviderError: Could not load/,
  );
});

test.each([
  [{ ACCOUNT: '' }, 'name the account and the Region: make acceptance ACCOUNT='],
  [{ REGION: 'mars' }, 'name the account and the Region: make acceptance ACCOUNT='],
  [{ ONLY: 'nonsense' }, 'no probe has nonsense in its name. There are createLag, '],
  [{ YES: '' }, 'there is no terminal to ask in: YES=1 begins without a question'],
])('%j is refused', async (options, message) => {
  await expect(rehearsal.run(options)).rejects.toThrow(message);
  await nothingIsLeft();
});

test('words that are no options are named', () => {
  expect(() => readOptions(['ACCOUNT=1', 'QOUTAS=1', 'YES'])).toThrow('unknown: QOUTAS=1, YES. There are ACCOUNT, ');
});

test('a person who does not say yes makes nothing', async () => {
  rehearsal.answer = false;
  await expect(rehearsal.run({ YES: '' })).rejects.toThrow('nothing was made');
  expect(rehearsal.printed.join('\n')).toMatch(/Everything is removed at the end/);
  await nothingIsLeft();
});

test('a missing right: its row names the action, and the others go on', async () => {
  rehearsal.emulator.setFaults({ faults: [{ on: 'UpdateRevision', do: { denied: 'dataexchange:PublishDataSet' } }] });
  const { report, exitCode } = await rehearsal.run({ ONLY: 'finalizeEmpty,createLag' });
  const row = rowIn(report, 'finalizeEmptyRevision');
  expect([row.verdict, row.seen]).toEqual(['undecided', null]);
  expect(row.evidence).toMatch(/^dataexchange:PublishDataSet is not allowed: AccessDeniedException: /);
  expect(rowIn(report, 'createLag').verdict).toBe('confirmed');
  expect(exitCode).toBe(0);
  await nothingIsLeft();
});

test('a right for S3 that is missing: the call names its action', async () => {
  rehearsal.s3.before = (action) => {
    if (action === 's3:PutObject') {
      throw serviceError('AccessDenied', 403, 'Access Denied');
    }
  };
  const { report } = await rehearsal.run({ ONLY: 'createdAtInKeys,malformedId' });
  expect(rowIn(report, 'createdAtInKeys').evidence).toBe('s3:PutObject is not allowed: AccessDenied: Access Denied');
  expect(rowIn(report, 'malformedId').verdict).toBe('confirmed');
  await nothingIsLeft();
});

test('a session that expires: the rest is undecided, and what is left is named', async () => {
  rehearsal.emulator.setFaults({
    faults: [{ on: '*', calls: { from: 25 }, do: { error: 'ExpiredTokenException' } }],
  });
  rehearsal.s3.before = () => {
    if (rehearsal.actions.length > 25) {
      throw serviceError('ExpiredToken', 403, 'The provided token has expired.');
    }
  };
  const { report, exitCode } = await rehearsal.run({ ONLY });
  expect(report?.assumptions.at(-1)?.evidence).toMatch(/the session has ended \(ExpiredToken/);
  expect(exitCode).toBe(1);
  const [file = ''] = readdirSync(rehearsal.stateFolder);
  const runId = file.replace('.json', '');
  expect(rehearsal.printed.join('\n')).toContain(`make acceptance-clean RUN=${runId} tries again`);

  rehearsal.emulator.setFaults({});
  rehearsal.s3.before = () => {};
  expect(await rehearsal.clean({ RUN: runId })).toBe(0);
  await nothingIsLeft();
});

test('Ctrl-C before the identity is known: nothing is made', async () => {
  rehearsal.identity = () => {
    rehearsal.interruption.abort();
    return { Account: ACCOUNT };
  };
  const ended = await rehearsal.run().catch((error: Error) => error);
  expect(ended).toMatchObject({ exitCode: 130 });
  await nothingIsLeft();
});

test('Ctrl-C at the question: nothing is made', async () => {
  rehearsal.interruption.abort();
  rehearsal.answer = true;
  await expect(rehearsal.run({ YES: '' })).rejects.toThrow('interrupted');
  await nothingIsLeft();
});

test.each(Array.from({ length: 12 }, (_, index) => index * 5 + 1))(
  'Ctrl-C at call %i of the probes: everything is removed, and there is no report',
  async (at) => {
    rehearsal.onCall = () => {
      if (rehearsal.actions.length === at) {
        rehearsal.interruption.abort();
      }
    };
    const { report, exitCode } = await rehearsal.run({ ONLY });
    expect([report, exitCode]).toEqual([undefined, 130]);
    expect(rehearsal.printed).toContain('interrupted: no report is written');
    await nothingIsLeft();
  },
);

test('Ctrl-C during the removal: it goes on to its end', async () => {
  rehearsal.onCall = (action) => {
    if (action === 'dataexchange:DeleteDataSet') {
      rehearsal.interruption.abort();
    }
  };
  await rehearsal.run({ ONLY: 'createdAtInKeys' });
  expect(rehearsal.printed).toContain('everything is removed');
  await nothingIsLeft();
});

test.each([1, 4, 8, 12, 16, 20])('a run that ends before call %i is cleaned up by its state file', async (at) => {
  rehearsal.onCall = () => {
    if (rehearsal.actions.length >= at) {
      throw new Error('killed');
    }
  };
  await rehearsal.run({ ONLY: 'createdAtInKeys', KEEP: '1' });
  rehearsal.onCall = () => {};
  for (const file of readdirSync(rehearsal.stateFolder)) {
    expect(await rehearsal.clean({ RUN: file.replace('.json', '') })).toBe(0);
  }
  await nothingIsLeft();
});

test('what was made although no answer came is found by its name', async () => {
  rehearsal.emulator.setFaults({
    faults: [{ on: 'CreateDataSet', do: { connection: 'reset', effect: 'done' } }],
  });
  const { report, exitCode } = await rehearsal.run({ ONLY: 'finalizeEmptyRevision' });
  expect([rowIn(report, 'finalizeEmptyRevision').verdict, exitCode]).toEqual(['undecided', 0]);
  expect(rehearsal.emulator.requests('CreateDataSet').length).toBeGreaterThan(0);
  await nothingIsLeft();
});

test('KEEP=1 leaves everything, and acceptance-clean removes it without its state file, too', async () => {
  await rehearsal.run({ ONLY: 'createdAtInKeys', KEEP: '1' });
  const [file = ''] = readdirSync(rehearsal.stateFolder);
  const runId = file.replace('.json', '');
  const state = readFileSync(join(rehearsal.stateFolder, file), 'utf8');
  expect(state).not.toMatch(/secret|session|Signature/);
  await expect(rehearsal.clean({})).rejects.toThrow(`These left something: ${runId}`);
  await expect(rehearsal.clean({ RUN: 'unknown' })).rejects.toThrow('the run unknown left no state file here');
  expect(await leftovers(rehearsal)).toHaveLength(2);

  const other = await rehearsal.clean({ RUN: '0000000000', ACCOUNT, REGION });
  expect([other, rehearsal.printed.at(-2)]).toEqual([0, 'the run 0000000000 left nothing']);
  unlinkSync(join(rehearsal.stateFolder, file));
  expect(await rehearsal.clean({ RUN: runId, ACCOUNT, REGION })).toBe(0);
  await nothingIsLeft();
});

test('policy.json is what the probes say; npx tsx acceptance/cli.ts policy writes it', () => {
  expect(readFileSync(POLICY_FILE, 'utf8')).toBe(policyOf(PROBES));
});
