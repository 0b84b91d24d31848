import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MAXIMAL, MINIMAL } from '../test/job/examples';
import { randomFrom } from '../test/job/seed';
import { inRoot, nodeOf } from '../tools/support/paths';
import { runProgram } from '../tools/support/processes';
import {
  type Built,
  buildFunctions,
  type ColdStart,
  coldImport,
  coldStart,
  type Done,
  NAMES,
  type Name,
  Running,
} from './functions';
import { picture } from './picture';
import { atMost, type Row, report, type Section, toTheTerminal } from './report';
import { type Counts, ID, LARGE, OWN_REVISIONS, UPLOADED } from './service';
import { pairedRatio, typical } from './statistics';
import { crowd, fixedPoll, lengths, oneCreate, type Waited } from './waiting';

/**
 * `make bench`: measures the function as it ships beside the stock scaffold and the bare SDK client, prints the figures,
 * writes them to bench/results.md, and fails if one that is to be held is missed. BENCH_ROUNDS sets how often is measured.
 */

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 25);
/** The stock scaffold waits a second in every invocation. */
const STOCK_ROUNDS = Math.ceil(ROUNDS / 8);
const MAJORS = ['22', '20'];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const FIXED_POLL_MS = 10 * SECOND;

const CREDENTIALS = { accessKeyId: 'AKIABENCH', secretAccessKey: 'secret', sessionToken: 'token' };
const TOKEN = '6f1d1a52-8f0f-4a57-9b19-2f0a4d2c5b11';

/** @param data what belongs beside the properties, in `requestData` */
function event(
  action: string,
  resourceProperties: object,
  more: object = {},
  data: object = {},
): { readonly requestData: object } {
  const envelope = {
    action,
    region: 'us-east-1',
    awsAccountId: '123456789012',
    bearerToken: TOKEN,
    resourceType: 'Acme::DataExchange::Job',
    ...more,
  };
  const requestData = { callerCredentials: CREDENTIALS, logicalResourceId: 'Job', resourceProperties, ...data };
  return { ...envelope, requestData };
}

/** The event, for a type that is registered with a logging role. */
function logged(plain: { readonly requestData: object }): object {
  const logging = { providerCredentials: CREDENTIALS, providerLogGroupName: 'acme-dataexchange-job-logs' };
  return { ...plain, requestData: { ...plain.requestData, ...logging } };
}

const READ = event('READ', { Id: ID });

/** The service of the measurements. */
class Service {
  private constructor(private readonly child: ChildProcess) {}

  static async start(): Promise<Service> {
    const child = fork(path.join(__dirname, 'service.ts'));
    [process.env.AWS_ENDPOINT_URL] = (await once(child, 'message')) as [string];
    return new Service(child);
  }

  /** From now on each answer takes this long. @returns what the service was called since the last order */
  async order(delayMs: number): Promise<Counts> {
    const answered = once(this.child, 'message');
    this.child.send({ delayMs });
    return (await answered)[0] as Counts;
  }

  stop(): void {
    this.child.disconnect();
  }
}

async function main(): Promise<void> {
  const service = await Service.start();
  let built: Built | undefined;
  try {
    built = await buildFunctions();
    const sections: Section[] = [];
    for (const major of MAJORS) {
      sections.push(await coldStarts(built, major));
    }
    const invocation: Invocation = { ours: 0, stock: 0 };
    for (const major of MAJORS) {
      sections.push(await warmReads(built, major, service, invocation));
    }
    sections.push(await calls(built, service));
    for (const major of MAJORS) {
      sections.push(await memory(built, major));
    }
    sections.push(await largeOnes(built, service));
    sections.push(await waiting(invocation));
    console.log(toTheTerminal(sections));
    writeFileSync(inRoot('bench', 'results.md'), await report(sections, ROUNDS));
    writeFileSync(inRoot('bench', 'waiting.svg'), await picture());
    process.exitCode = sections.flatMap(({ rows }) => rows).every(({ held }) => held !== false) ? 0 : 1;
  } finally {
    service.stop();
    if (built !== undefined) {
      rmSync(built.folder, { recursive: true, force: true });
    }
  }
}

async function coldStarts({ files, empty }: Built, major: string): Promise<Section> {
  const node = nodeOf(major);
  const starts: Record<Name, ColdStart[]> = { ours: [], bare: [], stock: [] };
  const nothing: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of NAMES) {
      if (name !== 'stock' || round < STOCK_ROUNDS) {
        starts[name].push(await coldStart(node, files[name], READ));
      }
    }
    nothing.push(await coldImport(node, empty));
  }
  const of = (name: Name, member: keyof ColdStart): number[] => starts[name].map((start) => start[member]);
  const row = (what: string, member: keyof ColdStart): Row => ({
    what,
    ...eachOf((name) => milliseconds(typical(of(name, member)))),
  });
  const ratio = pairedRatio(of('ours', 'importCpu'), of('bare', 'importCpu'));
  const share = typical(of('ours', 'importMs')) / typical(of('stock', 'importMs'));
  const beyond = (typical(of('ours', 'rss')) - typical(of('bare', 'rss'))) / 2 ** 20;
  return {
    title: `Cold start, Node ${major}`,
    rows: [
      row(`import (an empty file: ${milliseconds(typical(nothing))})`, 'importMs'),
      {
        what: '… its processor time, ours as a multiple of the bare client',
        ours: ratio.toFixed(2),
        ...atMost(ratio, 0.95),
      },
      { what: '… ours as a multiple of the stock scaffold', ours: share.toFixed(3), ...atMost(share, 0.25) },
      row('import and first answered READ', 'readMs'),
      { what: 'memory after the import (RSS)', ...eachOf((name) => megabytes(typical(of(name, 'rss')))) },
      { what: '… ours beyond the bare client', ours: `${beyond.toFixed(1)} MB`, ...atMost(beyond, 5, 'MB') },
    ],
  };
}

/** How long a warm invocation takes with a log to deliver, in milliseconds: the last that was measured. */
interface Invocation {
  ours: number;
  stock: number;
}

/** READs in turn: the bare client, and the two functions with and without a log to deliver. */
async function warmReads({ files }: Built, major: string, service: Service, invocation: Invocation): Promise<Section> {
  const node = nodeOf(major);
  const running: Record<Name, Running> = {
    ours: await Running.start(node, files.ours),
    bare: await Running.start(node, files.bare),
    stock: await Running.start(node, files.stock),
  };
  const rows: Row[] = [];
  try {
    for (const delayMs of [0, 5]) {
      await service.order(delayMs);
      const subjects: readonly (readonly [name: Name, event: object, rounds: number])[] = [
        ['bare', READ, 16 * ROUNDS],
        ['ours', READ, 16 * ROUNDS],
        ['ours', logged(READ), 16 * ROUNDS],
        ['stock', READ, STOCK_ROUNDS],
        ['stock', logged(READ), STOCK_ROUNDS],
      ];
      const times = subjects.map((): number[] => []);
      for (let round = -4 * ROUNDS; round < 16 * ROUNDS; round += 1) {
        for (const [index, [name, read, rounds]] of subjects.entries()) {
          // The calls before the first that counts warm up; the stock scaffold has one of them.
          if (round < rounds && (name !== 'stock' || round >= -1)) {
            const { ms } = await running[name].do({ event: read });
            times[index]?.push(...(round < 0 ? [] : [ms]));
          }
        }
      }
      const [bare, plain, withLog, stock, stockWithLog] = times as [number[], number[], number[], number[], number[]];
      Object.assign(invocation, { ours: typical(withLog), stock: typical(stockWithLog) });
      const beyond = typical(plain) - typical(bare);
      const trip = `${delayMs} ms`;
      rows.push(
        {
          what: `at a round trip of ${trip}, no log`,
          ours: milliseconds(typical(plain)),
          bare: milliseconds(typical(bare)),
          stock: milliseconds(typical(stock)),
        },
        { what: '… ours beyond the bare client', ours: `+${milliseconds(beyond)}`, ...atMost(beyond, 1, 'ms') },
        {
          what: `at a round trip of ${trip}, log and metrics delivered`,
          ours: milliseconds(typical(withLog)),
          stock: milliseconds(typical(stockWithLog)),
        },
      );
    }
  } finally {
    await service.order(0);
    for (const name of NAMES) {
      running[name].stop();
    }
  }
  return { title: `Warm READ, Node ${major}`, rows };
}

/** What a READ asks of AWS, and what is shipped. */
async function calls({ files, bytes, zipBytes }: Built, service: Service): Promise<Section> {
  const counts: Partial<Record<Name, readonly [first: Counts, then: Counts]>> = {};
  for (const name of NAMES) {
    const running = await Running.start(nodeOf('22'), files[name]);
    const count = async (): Promise<Counts> => {
      await service.order(0);
      await running.do({ event: logged(READ) });
      return service.order(0);
    };
    try {
      counts[name] = [await count(), await count()];
    } finally {
      running.stop();
    }
  }
  const of = (name: Name, index: 0 | 1): Counts => (counts[name] as readonly [Counts, Counts])[index];
  const [first, then] = [of('ours', 0).others.calls, of('ours', 1).others.calls];
  const sum = ({ dataExchange, others }: Counts): string => `${dataExchange.bytes + others.bytes}`;
  return {
    title: 'What a READ with a log asks of AWS, and what is shipped',
    rows: [
      { what: 'calls of Data Exchange', ...eachOf((name) => String(of(name, 1).dataExchange.calls)) },
      {
        what: 'other calls, first of a log stream',
        ...eachOf((name) => String(of(name, 0).others.calls)),
        ...atMost(first, 3),
      },
      { what: 'other calls, then', ...eachOf((name) => String(of(name, 1).others.calls)), ...atMost(then, 1) },
      { what: 'bytes of requests, then', ...eachOf((name) => sum(of(name, 1))) },
      { what: 'code (the scaffold: with its node_modules)', ...eachOf((name) => kilobytes(bytes[name])) },
      { what: 'handler zip', ours: kilobytes(zipBytes), ...atMost(zipBytes / 1024, 100, 'KB') },
    ],
  };
}

/** What stays in memory. The scaffold's invocations run fifty at a time, or they would take a quarter of an hour. */
async function memory({ files }: Built, major: string): Promise<Section> {
  const rss: Partial<Record<Name, number>> = {};
  const free: Partial<Record<Name, number>> = {};
  const growth: Partial<Record<Name, number>> = {};
  for (const name of major === '22' ? NAMES : NAMES.filter((one) => one !== 'stock')) {
    const running = await Running.start(nodeOf(major), files[name], true);
    const together = name === 'stock' ? 50 : 1;
    try {
      const before = await running.do({ event: READ, count: 200, together });
      const after = await running.do({ event: READ, count: 1_000, together });
      rss[name] = after.rss / 2 ** 20;
      free[name] = after.free / 2 ** 20;
      growth[name] = (after.kept - before.kept) / 2 ** 20;
    } finally {
      running.stop();
    }
  }
  const shown = (values: typeof rss): Pick<Row, Name> =>
    eachOf((name) => (values[name] === undefined ? '' : `${values[name].toFixed(1)} MB`));
  const withoutFree = (name: Name): number => (rss[name] as number) - (free[name] as number);
  const beyond = withoutFree('ours') - withoutFree('bare');
  return {
    title: `Memory, Node ${major}`,
    rows: [
      { what: 'after 1,200 invocations (RSS)', ...shown(rss) },
      { what: '… of it free heap', ...shown(free) },
      {
        what: '… ours beyond the bare client, without it',
        ours: `${beyond.toFixed(1)} MB`,
        ...atMost(beyond, 5, 'MB'),
      },
      { what: 'kept by the last 1,000 of them', ...shown(growth), ...atMost(growth.ours as number, 2, 'MB') },
    ],
  };
}

async function largeOnes({ files }: Built, service: Service): Promise<Section> {
  const running = await Running.start(nodeOf('22'), files.ours);
  const time = async (given: object): Promise<Done> => {
    const all: Done[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      all.push(await running.do({ event: given }));
    }
    return { ...(all[0] as Done), ms: typical(all.slice(Math.floor(ROUNDS / 5)).map(({ ms }) => ms)) };
  };
  try {
    await service.order(20);
    const list = await time(event('LIST', { DataSetId: ID }));
    await service.order(0);
    const began = performance.now();
    let models = 0;
    let nextToken: string | undefined;
    do {
      const page = await running.do({
        event: event('LIST', { DataSetId: LARGE.dataSetId }, { nextToken, maxResults: 200 }),
      });
      models += page.models;
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    const allMs = performance.now() - began;
    const { RevisionId: _, ...smallest } = MINIMAL.IMPORT_ASSETS_FROM_S3;
    const largest = {
      ...smallest,
      ...MAXIMAL.IMPORT_ASSETS_FROM_S3,
      RevisionId: undefined,
      RevisionComment: 'c'.repeat(16_384),
      RevisionTags: Array.from({ length: 45 }, (_entry, index) => ({ Key: `k${index}`, Value: 'v'.repeat(256) })),
      Triggers: Array.from({ length: 20 }, (_entry, index) => `${index}`.padEnd(1_024, 't')),
      FinalizeRevision: true,
      RevokeOnDelete: true,
      RevocationComment: 'r'.repeat(512),
    };
    const small = await time(event('CREATE', smallest));
    const large = await time(event('CREATE', largest));
    const file = {
      ...MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL,
      Id: UPLOADED,
      UrlAssetMd5Hash: undefined,
      UrlAssetContent: 'x'.repeat(2 ** 20),
      StartOnCreation: true,
      RevisionId: ID,
    };
    const finalised = { ...file, FinalizeRevision: true };
    const update = await time(event('UPDATE', finalised, {}, { previousResourceProperties: file }));
    return {
      title: 'Large ones, Node 22',
      rows: [
        {
          what: `LIST of ${list.models} jobs of own revisions at 20 ms a call`,
          ours: milliseconds(list.ms),
          ...atMost(list.ms, SECOND, 'ms'),
          ...(list.models === OWN_REVISIONS ? {} : { held: false }),
        },
        {
          what: `LIST of ${models.toLocaleString('en')} jobs in pages of 200`,
          ours: milliseconds(allMs),
          held: models === LARGE.jobs,
        },
        { what: 'CREATE of the smallest model, first invocation', ours: milliseconds(small.ms) },
        {
          what: `CREATE of the largest legal model (${kilobytes(JSON.stringify(largest).length)})`,
          ours: milliseconds(large.ms),
        },
        { what: 'UPDATE with 1 MB of content, in both models', ours: milliseconds(update.ms) },
      ],
    };
  } finally {
    running.stop();
  }
}

/** By the real operations on a simulated clock. The comparison looks every ten seconds, as the stock scaffold's users do. */
async function waiting(invocation: Invocation): Promise<Section> {
  const rows: Row[] = [];
  for (const [name, lengthMs] of [
    ['30 s', 30 * SECOND],
    ['10 min', 10 * MINUTE],
  ] as const) {
    const ours = await oneCreate(lengthMs);
    const fixed = fixedPoll(lengthMs, FIXED_POLL_MS);
    const inHandlers = ({ invocations }: Waited, each: number): string => seconds(invocations * each);
    rows.push(
      {
        what: `a create with a job of ${name}: seconds in its handler`,
        ours: inHandlers(ours, invocation.ours),
        stock: inHandlers(fixed, invocation.stock),
      },
      {
        what: '… from its first invocation to its end',
        ours: seconds(lengthMs + ours.lostMs),
        stock: seconds(lengthMs + fixed.lostMs),
      },
    );
  }
  for (const [name, lengthMs, most] of [
    ['30 s', 30 * SECOND, 16],
    ['5 min', 5 * MINUTE, 30],
    ['1 h', 60 * MINUTE, 90],
  ] as const) {
    const ours = await oneCreate(lengthMs);
    const fixed = fixedPoll(lengthMs, FIXED_POLL_MS);
    rows.push({
      what: `polls for a job of ${name}`,
      ours: String(ours.polls),
      stock: String(fixed.polls),
      ...atMost(ours.polls, most),
    });
  }
  const all = await Promise.all(lengths(1.07).map(async (lengthMs) => ({ lengthMs, ...(await oneCreate(lengthMs)) })));
  const share = Math.max(...all.map(({ lostMs, lengthMs }) => (100 * lostMs) / lengthMs));
  const lost = Math.max(...all.map(({ lostMs }) => lostMs)) / SECOND;
  const fixed = all.map(({ lengthMs }) => ({ lengthMs, ...fixedPoll(lengthMs, FIXED_POLL_MS) }));
  const fixedShare = Math.max(...fixed.map(({ lostMs, lengthMs }) => (100 * lostMs) / lengthMs));
  const fixedLost = Math.max(...fixed.map(({ lostMs }) => lostMs)) / SECOND;
  rows.push(
    {
      what: 'time lost after jobs of 5 s to 11 h, at most, of their length',
      ours: `${share.toFixed(1)} %`,
      stock: `${fixedShare.toFixed(1)} %`,
      ...atMost(share, 20, '%'),
    },
    {
      what: '… in seconds',
      ours: `${lost.toFixed(1)} s`,
      stock: `${fixedLost.toFixed(1)} s`,
      ...atMost(lost, 60, 's'),
    },
  );
  const { overIdeal, failures } = await crowd(200, 2 * MINUTE, 10, randomFrom(1));
  rows.push(
    { what: '200 creates under a quota of 10, over the ideal', ours: overIdeal.toFixed(2), ...atMost(overIdeal, 1.05) },
    { what: '… of them failed', ours: String(failures), ...atMost(failures, 0) },
  );
  return { title: 'Waiting (beside a fixed poll of 10 s), simulated', rows };
}

function eachOf(show: (name: Name) => string): Pick<Row, Name> {
  return { ours: show('ours'), bare: show('bare'), stock: show('stock') };
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 100 ? 2 : 0)} ms`;
}

function seconds(ms: number): string {
  return `${(ms / SECOND).toFixed(ms < 100 * SECOND ? 2 : 0)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

function kilobytes(bytes: number): string {
  return bytes < 10 * 2 ** 20 ? `${(bytes / 1024).toFixed(0)} KB` : megabytes(bytes);
}

void runProgram('bench', main);
