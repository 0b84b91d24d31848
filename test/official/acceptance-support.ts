import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeStacksCommand, ListTypesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { DataExchangeClient } from '@aws-sdk/client-dataexchange';
import { ListDataSetsCommand } from '@aws-sdk/client-dataexchange';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { actionOf, type Clients, destroyClients, makeClients } from '../../acceptance/clients';
import { findEmulator } from '../../acceptance/emulator-control';
import type { Probe } from '../../acceptance/probe';
import { REGISTRY_PROBES } from '../../acceptance/registry/probes';
import { accept, clean, type Options, type Outcome } from '../../acceptance/runner';
import { startLocalAws } from '../../tools/support/local-aws';
import { endProcesses } from '../../tools/support/processes';
import './support';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

/**
 * The probes of the registry. In a whole run those of the type wait until nobody moves the clock of the local Data
 * Exchange any more; here nobody does.
 */
const PROBES: readonly Probe[] = REGISTRY_PROBES.map((probe) => ({ ...probe, alone: undefined }));

/** A call of the kit's clients: `cloudformation:CreateStack`. The test may throw in place of the answer. */
type Meet = (action: string) => void;

export interface Run extends Outcome {
  readonly printed: string;
  /** The IAM actions of the calls. */
  readonly actions: ReadonlySet<string>;
}

export interface Rehearsal {
  readonly url: string;
  run(options: Options, meet?: Meet, interruption?: AbortSignal): Promise<Run>;
  /** Removes what a run has left of which no state file tells. */
  cleanWithoutState(runId: string): Promise<number>;
  /** What is in the account, by its name. */
  left(): Promise<string[]>;
}

/** Lends a local AWS with a local Data Exchange, by whose clients the kit calls them. */
export function useLocalAws(...given: readonly string[]): Rehearsal {
  let folder: string;
  let runs = 0;
  const before = { ...process.env };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'acceptance-'));
    Object.assign(process.env, await startLocalAws(join(folder, 'aws'), given));
    delete process.env.AWS_PROFILE;
    delete process.env.AWS_DEFAULT_PROFILE;
  });

  afterAll(async () => {
    await endProcesses();
    process.env = before;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  function surroundings(meet: Meet, interruption: AbortSignal, print: (line: string) => void, stateFolder: string) {
    runs += 1;
    const runId = `r${runs}`;
    return {
      makeClients: (region: string, watch: object) => meeting(makeClients(region, watch), meet),
      print,
      findEmulator,
      ask: async () => undefined,
      interruption,
      sleep: (seconds: number, signal: AbortSignal) => sleep(seconds * 1_000, undefined, { signal }),
      now: Date.now,
      newRunId: () => runId,
      stateFolder,
    };
  }

  return {
    get url() {
      return process.env.AWS_ENDPOINT_URL_DATAEXCHANGE as string;
    },

    async run(options, meet = () => {}, interruption = new AbortController().signal) {
      const lines: string[] = [];
      const actions = new Set<string>();
      const met = (action: string) => {
        actions.add(action);
        meet(action);
      };
      const io = surroundings(met, interruption, (line) => lines.push(line), join(folder, 'state'));
      const outcome = await accept(PROBES, { ACCOUNT, REGION, YES: '1', ...options }, io);
      return { ...outcome, printed: lines.join('\n'), actions };
    },

    async cleanWithoutState(RUN) {
      const signal = new AbortController().signal;
      const io = surroundings(
        () => {},
        signal,
        () => {},
        join(folder, 'nothing'),
      );
      return clean({ RUN, ACCOUNT, REGION }, io);
    },

    async left() {
      const clients = makeClients(REGION);
      const { cloudFormation, dataExchange, iam, logs, s3 } = clients;
      const found = await Promise.all([
        cloudFormation
          .send(new DescribeStacksCommand({}))
          .then(({ Stacks = [] }) => Stacks.map(({ StackName }) => StackName)),
        cloudFormation
          .send(new ListTypesCommand({ Visibility: 'PRIVATE' }))
          .then(({ TypeSummaries = [] }) => TypeSummaries.map(({ TypeName }) => TypeName)),
        iam.send(new ListRolesCommand({})).then(({ Roles = [] }) => Roles.map(({ RoleName }) => RoleName)),
        s3.send(new ListBucketsCommand({})).then(({ Buckets = [] }) => Buckets.map(({ Name }) => Name)),
        dataExchange.send(new ListDataSetsCommand({})).then(({ DataSets = [] }) => DataSets.map(({ Name }) => Name)),
        logs
          .send(new DescribeLogGroupsCommand({}))
          .then(({ logGroups = [] }) => logGroups.map(({ logGroupName }) => logGroupName)),
      ]);
      destroyClients(clients);
      // The functions of types, and so their logs, are in the account only here.
      return found.flat().flatMap((name) => (name && !name.startsWith('/aws/lambda/') ? [name] : []));
    },
  };
}

/** Of the clients whose names are not those of their IAM actions. */
const PREFIXES: Readonly<Record<string, string>> = { cloudControl: 'cloudformation', exchangeOnce: 'dataexchange' };

function meeting(clients: Clients, meet: Meet): Clients {
  for (const [name, client] of Object.entries(clients)) {
    const prefix = PREFIXES[name] ?? name.toLowerCase();
    (client as DataExchangeClient).middlewareStack.add(
      (next, { commandName = '' }) =>
        async (input) => {
          meet(actionOf(prefix, commandName));
          return next(input);
        },
      { step: 'build', name: 'meeting' },
    );
  }
  return clients;
}
