import { isDeepStrictEqual } from 'node:util';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ASSUMPTIONS } from '../emulator/store/assumptions';
import { deniedAction } from '../src/service/errors';
import { type CallWatch, type Clients, destroyClients, exchangeUrl } from './clients';
import type { EmulatorControl } from './emulator-control';
import { Ledger, prefixOf } from './ledger';
import { OPTIONS, type Option } from './options';
import type { Context, Finding, Made, Probe, Value } from './probe';
import { redactor } from './redact';
import type { Report, Row } from './report';

/** How the command meets the world: a test has its own. */
export interface Surroundings {
  makeClients(region: string, watch: CallWatch): Clients;
  /** The control of the local Data Exchange at that address; undefined for AWS. */
  findEmulator(url: string): Promise<EmulatorControl | undefined>;
  print(line: string): void;
  /** @returns whether the person says yes; undefined where nobody can be asked */
  ask(question: string): Promise<boolean | undefined>;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly interruption: AbortSignal;
  /** Waits for real. Rejects once the signal aborts. */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
  /** Epoch milliseconds. */
  now(): number;
  newRunId(): string;
  readonly stateFolder: string;
}

export type Options = Readonly<Partial<Record<Option, string>>>;

/** What the report says of a run. */
export interface Outcome {
  /** Absent if nothing was probed: refused, or interrupted. */
  readonly report?: Report;
  /** 0 if everything was probed and removed. */
  readonly exitCode: number;
}

/** Something is wrong that a person has to mend. Its message says what. */
export class Refusal extends Error {}

/** Side by side against AWS, where most of the time is waiting. A clock that is moved has one user at a time. */
const LANES = 4;

/** The credentials can no longer be used, so no further call can succeed. */
const SESSION_ENDED = [
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'RequestExpired',
  'CredentialsProviderError',
  'TokenProviderError',
];

/** What the probes of Redshift, API Gateway and Lake Formation name in a rehearsal: nothing there is looked up. */
function invented(account: string, region: string): Options {
  const share = '00000000-0000-0000-0000-000000000000/weather';
  return {
    QUOTAS: '1',
    REDSHIFT_DATA_SHARE_ARN: `arn:aws:redshift:${region}:${account}:datashare:${share}`,
    API_ID: 'abcdefghij',
    API_STAGE: 'live',
    LAKE_FORMATION_ROLE_ARN: `arn:aws:iam::${account}:role/acceptance`,
  };
}

/** Runs the probes, from the identity check to the removal of everything that they made. @throws Refusal */
export async function accept(probes: readonly Probe[], options: Options, surroundings: Surroundings): Promise<Outcome> {
  const { ACCOUNT: account = '', REGION: region = '' } = options;
  if (!/^\d{12}$/.test(account) || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new Refusal('name the account and the Region: make acceptance ACCOUNT=123456789012 REGION=us-east-1');
  }
  const chosen = choose(probes, options.ONLY);
  const run = new Run(chosen, probes, account, region, options, surroundings);
  try {
    return await run.all();
  } finally {
    run.close();
  }
}

/** Removes what a run left. @throws Refusal */
export async function clean(options: Options, surroundings: Surroundings): Promise<number> {
  const { RUN: runId, ACCOUNT, REGION } = options;
  const { stateFolder, print, sleep, interruption } = surroundings;
  if (!runId || !/^[a-z0-9]{1,32}$/.test(runId)) {
    const left = Ledger.runs(stateFolder);
    const known = left.length > 0 ? `These left something: ${left.join(', ')}` : 'No run has left a state file';
    throw new Refusal(`name the run: make acceptance-clean RUN=…. ${known}`);
  }
  const known = Ledger.open(runId, stateFolder);
  const account = known?.account ?? ACCOUNT;
  const region = known?.region ?? REGION;
  if (!account || !region) {
    throw new Refusal(`the run ${runId} left no state file here: name ACCOUNT and REGION too, to search by name`);
  }
  const clients = surroundings.makeClients(region, {});
  try {
    await checkIdentity(clients, account);
    const ledger = known ?? new Ledger({ runId, account, region, made: [] }, stateFolder);
    const emulator = await surroundings.findEmulator(await exchangeUrl(clients, region));
    const world = { clients, emulator, wait: waiting(emulator, (seconds) => sleep(seconds, interruption)) };
    await ledger.search(world);
    if (ledger.isEmpty) {
      print(`the run ${runId} left nothing`);
    }
    return reportRemoval(await ledger.removeAll(world, print), runId, print);
  } finally {
    destroyClients(clients);
  }
}

/** The default of a probe's row. */
export function defaultOf({ name, guess }: Probe): Value {
  const known = (ASSUMPTIONS as Readonly<Record<string, { readonly default: Value }>>)[name];
  if (!known && !guess) {
    throw new Error(`${name} is no assumption of the emulator and has no guess of its own`);
  }
  return known?.default ?? guess!.default;
}

class Run {
  private readonly runId: string;
  private readonly ended = new AbortController();
  private readonly ledger: Ledger;
  private readonly clients: Clients;
  /** They also work once the run is interrupted. */
  private readonly removers: Clients;
  private readonly findings = new Map<string, Promise<Finding>>();
  private emulator: EmulatorControl | undefined;
  private options: Options;
  private redact: (text: string) => string = String;

  constructor(
    private readonly chosen: readonly Probe[],
    private readonly known: readonly Probe[],
    private readonly account: string,
    private readonly region: string,
    options: Options,
    private readonly io: Surroundings,
  ) {
    this.options = options;
    this.runId = io.newRunId();
    this.ledger = new Ledger({ runId: this.runId, account, region, made: [] }, io.stateFolder);
    this.clients = io.makeClients(region, {
      before: () => this.mustGoOn(),
      failed: (action, error) => this.noteFailure(action, error),
    });
    this.removers = io.makeClients(region, {});
  }

  close(): void {
    destroyClients(this.clients);
    destroyClients(this.removers);
  }

  async all(): Promise<Outcome> {
    const { interruption, print } = this.io;
    await checkIdentity(this.clients, this.account);
    const { accessKeyId, secretAccessKey, sessionToken = '' } = await this.clients.sts.config.credentials();
    this.redact = redactor(this.account, this.runId, [accessKeyId, secretAccessKey, sessionToken]);
    this.emulator = await this.io.findEmulator(await exchangeUrl(this.clients, this.region));
    if (this.emulator) {
      this.options = { ...invented(this.account, this.region), ...this.options };
    }
    this.printPlan();
    await this.confirm();
    let rows: Row[] = [];
    try {
      rows = await this.probeAll();
    } finally {
      await this.removeAll();
    }
    const left = !this.ledger.isEmpty && !this.isToKeep;
    if (interruption.aborted) {
      print('interrupted: no report is written');
      return { exitCode: 130 };
    }
    const date = new Date(this.io.now()).toISOString().slice(0, 10);
    const report = { account: this.account, region: this.region, date, assumptions: rows };
    return { report, exitCode: left || this.ended.signal.aborted ? 1 : 0 };
  }

  private printPlan(): void {
    const { print } = this.io;
    const running = this.chosen.filter((probe) => !this.reasonToSkip(probe));
    const dollars = running.reduce((sum, probe) => sum + probe.dollars, 0);
    const inLanes = running.filter(({ background }) => !background);
    const together = inLanes.filter(({ alone }) => !alone).reduce((sum, { seconds }) => sum + seconds, 0);
    const one = inLanes.filter(({ alone }) => alone).reduce((sum, { seconds }) => sum + seconds, 0);
    const longest = Math.max(0, ...running.filter(({ background }) => background).map(({ seconds }) => seconds));
    print(`account ${this.account}, Region ${this.region}, run ${this.runId}`);
    print(`${running.length} probes of ${this.chosen.length} make, under names that begin ${prefixOf(this.runId)}:`);
    for (const [what, names] of grouped(running)) {
      print(`  ${what} (${names.length === 1 ? names[0] : `${names.length} probes`})`);
    }
    for (const probe of this.chosen) {
      const reason = this.reasonToSkip(probe);
      if (reason) {
        print(`  skipped: ${probe.name}: ${reason}`);
      }
    }
    if (this.emulator) {
      print(`${this.emulator.url} is a local Data Exchange: its clock will be moved, by months if retentionDays is`);
      print('probed, and its jobs are gone then. It costs nothing.');
    } else {
      const minutes = Math.ceil(Math.max(together / LANES + one, longest) / 60);
      print(`It takes about ${minutes} minutes and costs less than ${dollarsOf(dollars)}.`);
    }
    print(
      this.isToKeep
        ? `KEEP=1: nothing is removed. make acceptance-clean RUN=${this.runId} removes it.`
        : 'Everything is removed at the end. Jobs cannot be removed: the service forgets them after 90 days.',
    );
  }

  private get isToKeep(): boolean {
    return this.options.KEEP === '1';
  }

  private async confirm(): Promise<void> {
    if (this.options.YES === '1') {
      return;
    }
    const answer = await this.io.ask('Begin? Type yes: ');
    this.mustGoOn();
    if (answer === undefined) {
      throw new Refusal('there is no terminal to ask in: YES=1 begins without a question');
    }
    if (!answer) {
      throw new Refusal('nothing was made');
    }
  }

  private async probeAll(): Promise<Row[]> {
    // The clock of a local Data Exchange is moved by those in the lanes: who must have it for itself comes after them.
    const isLater = ({ alone, background }: Probe) => alone && (this.emulator || !background);
    const background = this.chosen.filter((probe) => probe.background && !isLater(probe));
    const together = this.chosen.filter((probe) => !probe.background && !isLater(probe));
    const waiting = [...together];
    const lanes = Array.from({ length: this.emulator ? 1 : LANES }, async () => {
      for (let probe = waiting.shift(); probe; probe = waiting.shift()) {
        await this.find(probe);
      }
    });
    await Promise.all([...lanes, ...background.map((probe) => this.find(probe))]);
    const later = this.chosen.filter(isLater);
    await Promise.all(later.filter((probe) => probe.background).map((probe) => this.find(probe)));
    for (const probe of later) {
      await this.find(probe);
    }
    return Promise.all(this.chosen.map(async (probe) => this.rowOf(probe, await this.find(probe))));
  }

  /** The finding of a probe. Each runs once. Never rejects. */
  private find(probe: Probe): Promise<Finding> {
    const known = this.findings.get(probe.name);
    if (known) {
      return known;
    }
    const finding = this.run(probe);
    this.findings.set(probe.name, finding);
    return finding;
  }

  private async run(probe: Probe): Promise<Finding> {
    const skipped = this.reasonToSkip(probe);
    if (skipped) {
      return { skipped };
    }
    if (this.io.interruption.aborted || this.ended.signal.aborted) {
      return { undecided: this.endReason() };
    }
    try {
      const finding = await probe.run(this.contextOf());
      const row = this.rowOf(probe, finding);
      const shown = row.seen === null ? row.evidence : JSON.stringify(row.seen);
      this.io.print(`${row.verdict.padEnd(9)} ${probe.name}: ${shown}`);
      return finding;
    } catch (error) {
      const undecided = this.reasonOf(error);
      this.io.print(`undecided ${probe.name}: ${this.redact(undecided)}`);
      return { undecided };
    }
  }

  private contextOf(): Context {
    const { io, account, region, clients, emulator, options, runId } = this;
    const wait = waiting(emulator, (seconds) => io.sleep(seconds, io.interruption));
    return {
      runId,
      account,
      region,
      clients,
      emulator,
      options,
      tag: { Key: 'acceptance-run', Value: runId },
      nameOf: (what) => `${prefixOf(runId)}${what}`,
      make: (kind, name, create) => {
        this.mustGoOn();
        return this.ledger.make(kind, name, create);
      },
      remove: (made: Made) => this.ledger.remove(made, this.removalWorld()),
      wait: async (seconds) => {
        this.mustGoOn();
        await wait(seconds);
        this.mustGoOn();
      },
      seen: async (name) => {
        const probe = this.known.find((other) => other.name === name);
        const finding = probe ? await this.find(probe) : undefined;
        return finding && 'seen' in finding ? finding.seen : undefined;
      },
      log: (line) => io.print(this.redact(line)),
    };
  }

  private async removeAll(): Promise<void> {
    const { print } = this.io;
    if (this.isToKeep && !this.io.interruption.aborted) {
      if (!this.ledger.isEmpty) {
        print(`KEEP=1: everything is left. make acceptance-clean RUN=${this.runId} removes it.`);
      }
      return;
    }
    print('removing what was made');
    const problems = await this.ledger.removeAll(this.removalWorld(), () => {});
    reportRemoval(problems.map(this.redact), this.runId, print);
  }

  private removalWorld() {
    const { emulator } = this;
    const forEver = new AbortController().signal;
    return {
      clients: this.removers,
      emulator,
      wait: waiting(emulator, (seconds) => this.io.sleep(seconds, forEver)),
    };
  }

  private rowOf(probe: Probe, finding: Finding): Row {
    const base = { name: probe.name, default: defaultOf(probe) };
    if ('skipped' in finding) {
      return { ...base, seen: null, verdict: 'skipped', evidence: finding.skipped };
    }
    if ('undecided' in finding) {
      const evidence = [finding.undecided, finding.evidence].filter(Boolean).join('; ');
      return { ...base, seen: null, verdict: 'undecided', evidence: this.redact(evidence) };
    }
    const verdict = isDeepStrictEqual(finding.seen, base.default) ? 'confirmed' : 'refuted';
    return { ...base, seen: finding.seen, verdict, evidence: this.redact(finding.evidence) };
  }

  private reasonToSkip({ needs = [], rehearsalOnly }: Probe): string | undefined {
    if (this.emulator) {
      return undefined;
    }
    const missing = needs.filter((name) => !this.options[name]);
    if (missing.length > 0) {
      return `it needs ${missing.map((name) => `${name}=… (${OPTIONS[name]})`).join(' and ')}`;
    }
    return rehearsalOnly;
  }

  private noteFailure(action: string, error: unknown): void {
    const { name } = error as Error;
    if (SESSION_ENDED.includes(name)) {
      this.ended.abort(name);
    }
    if (isDenied(error)) {
      Object.assign(error as object, { missingRight: deniedAction((error as Error).message) ?? action });
    }
  }

  private mustGoOn(): void {
    if (this.io.interruption.aborted || this.ended.signal.aborted) {
      throw new Error(this.endReason());
    }
  }

  private endReason(): string {
    return this.io.interruption.aborted ? 'interrupted' : `the session has ended (${this.ended.signal.reason})`;
  }

  private reasonOf(error: unknown): string {
    const { name, message, missingRight } = error as Error & { missingRight?: string };
    return missingRight ? `${missingRight} is not allowed: ${name}: ${message}` : `${name}: ${message}`;
  }
}

/** Whether a call was refused for want of a right. */
export function isDenied(error: unknown): boolean {
  return ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'].includes((error as Error).name);
}

/** @throws Refusal unless the caller belongs to the account */
async function checkIdentity({ sts }: Clients, account: string): Promise<void> {
  const identity = await sts.send(new GetCallerIdentityCommand({})).catch((error: Error) => {
    throw new Refusal(`AWS does not say who calls (${error.name}: ${error.message}): sign in first. Nothing was made`);
  });
  if (identity.Account !== account) {
    throw new Refusal(`the caller belongs to account ${identity.Account}, not to ${account}: nothing was made`);
  }
}

/** Waits for real, or by the clock of a local Data Exchange. */
function waiting(
  emulator: EmulatorControl | undefined,
  sleep: (seconds: number) => Promise<void>,
): (seconds: number) => Promise<void> {
  return emulator ? (seconds) => emulator.advance(seconds) : sleep;
}

function reportRemoval(problems: readonly string[], runId: string, print: (line: string) => void): number {
  if (problems.length === 0) {
    print('everything is removed');
    return 0;
  }
  for (const problem of problems) {
    print(`not removed: ${problem}`);
  }
  print(`make acceptance-clean RUN=${runId} tries again`);
  return 1;
}

function choose(probes: readonly Probe[], only = ''): readonly Probe[] {
  const words = only.toLowerCase().split(',').filter(Boolean);
  const found = probes.filter(({ name }) => words.some((word) => name.toLowerCase().includes(word)));
  const unknown = words.filter((word) => !probes.some(({ name }) => name.toLowerCase().includes(word)));
  if (unknown.length > 0) {
    const names = probes.map(({ name }) => name).join(', ');
    throw new Refusal(`no probe has ${unknown.join(', ')} in its name. There are ${names}`);
  }
  return words.length === 0 ? probes : found;
}

/** The names of the probes by what they make. */
function grouped(probes: readonly Probe[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { makes, name } of probes) {
    groups.set(makes, [...(groups.get(makes) ?? []), name]);
  }
  return groups;
}

function dollarsOf(dollars: number): string {
  return `$${Math.max(0.01, Math.ceil(dollars * 100) / 100).toFixed(2)}`;
}
