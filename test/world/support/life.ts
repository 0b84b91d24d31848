import type { FaultScript } from '../../../emulator/faults/fault-script';
import type { JobTypeName } from '../../../src/job/job-types';
import type { Properties } from '../../../src/job/properties';
import { drive, type Finished, type Habits, type Handlers, newToken } from '../../support/cloudformation';
import type { Action, Invocation, ProgressEvent } from '../../support/contract';
import { overTheWire } from '../../support/wire';
import { type Case, IMPORTS, makeCase, uploadFile } from '../../wire/cases';
import { FAULTS, type FaultName, faultsOf } from './faults';
import { type Facts, INVARIANTS, type Step } from './invariants';
import type { VirtualWorld } from './virtual-world';

/** The life of one resource, told by what happens in it. */

/** A fault of one call: its number in the operation, and which of those that the call may meet. */
export type Planned = readonly [call: number, fault: FaultName | number];

/** What somebody else does to job or revision. */
export type Deed = 'cancel' | 'start' | 'finalise' | 'open' | 'publish' | 'revoke' | 'remove' | 'forget' | 'fail';

/** How one operation goes. */
export interface Turn {
  readonly faults?: readonly Planned[];
  readonly habits?: Pick<Habits, 'keeps' | 'repeated' | 'doubled' | 'lateSeconds' | 'retries' | 'cancelledAfter'>;
  /** What somebody else does after which event of the operation, counted from 0. */
  readonly others?: readonly (readonly [event: number, deed: Deed])[];
}

export interface Update extends Turn {
  /** Properties that change; undefined ones go. */
  readonly change: Properties;
  readonly rollback?: boolean;
  /** Whether the event has the previous model. */
  readonly withPrevious?: boolean;
}

export interface Life {
  readonly type: JobTypeName;
  readonly ownRevision: boolean;
  /** What the template says beyond the least that its type needs. */
  readonly more: Properties;
  readonly script: FaultScript;
  /** Whether the script hides a new job for a while. */
  readonly isHidden?: boolean;
  /** For how many seconds another job has the only slot that the script leaves. */
  readonly slotTakenFor?: number;
  readonly create: Turn;
  readonly updates: readonly Update[];
  /** What somebody else does between the last update and the delete. */
  readonly between: readonly Deed[];
  readonly delete: Turn & { readonly identifierAlone: boolean };
}

/** What a data set holds; jobs with their states, without cancelled ones. */
interface Holdings {
  readonly revisions: readonly string[];
  readonly revoked: readonly string[];
  readonly jobs: ReadonlyMap<string, string>;
}

const CALM: FaultScript = { assumptions: { signedUrlSeconds: 36_000 } };

/** Leads a life to its end. @throws Error if an invariant breaks, with the whole story */
export class Biography {
  /** @param used which handler called what: `create GetJob` */
  constructor(
    private readonly world: VirtualWorld,
    readonly used: Set<string>,
  ) {}

  /** @returns the calls of each operation, in order, without the reads in between */
  async live(life: Life): Promise<string[][]> {
    const { world } = this;
    world.network.faultOf = () => undefined;
    world.network.calls.length = 0;
    world.faults(CALM);
    const job = await makeCase(life.type, world, life.ownRevision);
    if (life.slotTakenFor !== undefined) {
      await this.takeSlot(life);
    }
    const before = await this.holdings(job);
    world.faults({ ...life.script, assumptions: { ...CALM.assumptions, ...life.script.assumptions } });
    const story = new Story(life, job, world, this);
    await story.tell();
    await this.expectNothingLeft(story, before);
    world.clock.advance(1_000_000);
    return story.operations.map(({ calls }) => calls);
  }

  private async takeSlot({ type, slotTakenFor = 0 }: Life): Promise<void> {
    const { world } = this;
    const { model } = await makeCase(type, world);
    world.faults({ assumptions: { ...CALM.assumptions, jobSeconds: slotTakenFor } });
    const first = { action: 'CREATE', model } as const;
    const { event } = await drive(overTheWire(world.builtFunction), world.clock, first);
    await world.startJob(event.resourceModel?.Id as string);
    world.network.calls.length = 0;
  }

  /** After the life nothing is left that nobody knows. */
  private async expectNothingLeft(story: Story, before: Holdings): Promise<void> {
    const { life, job, id } = story;
    const { event } = story.operations.at(-1) as Finished;
    const wasRemoved = id === undefined || event.status === 'SUCCESS' || event.errorCode === 'NotFound';
    // What the first try made stays if its answer was lost, or asked for another try, and that one was refused for good.
    const isLost = id === undefined && story.tries > 1;
    if (!wasRemoved || isLost) {
      return;
    }
    const { revisions, jobs, revoked } = await this.holdings(job);
    const unnamed = revisions.filter(
      (one) => !before.revisions.includes(one) && !revoked.includes(one) && !event.message?.includes(String(one)),
    );
    // Without the data set's id nobody finds the revision of a job that the service has forgotten, nor without the job's
    // tag that of a job which is still hidden.
    const canBeFound = !(story.isForgotten && (life.delete.identifierAlone || life.isHidden === true));
    if (unnamed.length > 0 && canBeFound) {
      throw story.broken(
        'nothing left: there are revisions that CloudFormation does not know',
        JSON.stringify(unnamed),
      );
    }
    const others = [...jobs].filter(([one]) => one !== id && !before.jobs.has(one));
    const running = others.filter(([, state]) => state !== 'WAITING');
    if (running.length > 0) {
      throw story.broken('nothing left: a job ran that CloudFormation does not know', JSON.stringify(running));
    }
    // With an own revision a job whose name was lost is found, unless the service hides it or refuses the search, or the
    // request to make it comes after the search.
    const isFound = life.ownRevision && life.isHidden !== true && !story.isSearchRefused && !story.isMadeLate;
    const allowed = isFound ? 0 : story.mayLeave;
    if (others.length > allowed) {
      throw story.broken(`nothing left: more idle jobs than ${allowed}`, others.join());
    }
  }

  async holdings({ DataSetId }: Case): Promise<Holdings> {
    const list = await this.world.ask('GET', `/v1/data-sets/${DataSetId}/revisions?maxResults=200`);
    const revisions = list.Revisions as { Id: string; Revoked?: boolean }[];
    const { Jobs } = await this.world.ask('GET', `/v1/jobs?dataSetId=${DataSetId}&maxResults=200`);
    const jobs = (Jobs as { Id: string; State: string }[]).filter(({ State }) => State !== 'CANCELLED');
    return {
      revisions: revisions.map(({ Id }) => Id),
      revoked: revisions.filter(({ Revoked }) => Revoked).map(({ Id }) => Id),
      jobs: new Map(jobs.map(({ Id, State }) => [Id, State])),
    };
  }
}

/** An invariant is broken. The message tells the life up to there. */
class Broken extends Error {}

class Story {
  id: unknown;
  isForgotten = false;
  readonly operations: (Finished & { readonly calls: string[] })[] = [];
  /** Whether the create was not allowed to look for a job. */
  isSearchRefused = false;
  /** Whether a request to make a job reached the service after the create had given up on its answer. */
  isMadeLate = false;
  /** Whether the create has failed. */
  private hasFailed = false;
  /** How often the first event of the create was sent. */
  tries = 0;
  /** How many idle jobs the design allows: one for each answer of CreateJob that was lost. */
  mayLeave = 0;
  private readonly told: string[] = [];
  private revisionId: string | undefined;

  constructor(
    readonly life: Life,
    readonly job: Case,
    private readonly world: VirtualWorld,
    private readonly biography: Biography,
  ) {}

  async tell(): Promise<void> {
    const { life } = this;
    let model: Properties = { ...this.job.model, ...life.more };
    const { event } = await this.operate('CREATE', { model, token: newToken() }, life.create);
    this.id = event.resourceModel?.Id;
    if (this.id === undefined) {
      return;
    }
    if (event.status === 'SUCCESS') {
      await this.lookAround();
      for (const update of life.updates) {
        const next = withChange(model, update.change);
        const previous = { ...model, Id: this.id };
        const changed = { ...next, Id: this.id };
        const given = { model: changed, ...(update.withPrevious === false ? {} : { previousModel: previous }) };
        const { event: updated } = await this.operate('UPDATE', given, update);
        if (updated.status === 'SUCCESS') {
          model = next;
        } else if (updated.errorCode !== 'NotFound') {
          // It has failed or was cancelled: CloudFormation goes back to what was.
          await this.operate('UPDATE', { model: previous, previousModel: changed, rollback: true }, {});
        }
        if (update.rollback === true && updated.status === 'SUCCESS') {
          await this.operate('UPDATE', { model: previous, previousModel: changed, rollback: true }, {});
        }
        await this.lookAround();
        if (update.rollback === true || updated.status !== 'SUCCESS') {
          // What is done cannot always be undone: the template and the job may differ from now on.
          break;
        }
      }
    }
    for (const deed of life.between) {
      await this.act(deed);
    }
    const asked = life.delete.identifierAlone ? { Id: this.id } : { ...model, Id: this.id };
    await this.operate('DELETE', { model: asked }, life.delete);
  }

  /** READ and LIST, which have no faults here. */
  private async lookAround(): Promise<void> {
    await this.operate('READ', { model: { Id: this.id } }, {}, false);
    await this.operate('LIST', { model: { DataSetId: this.job.DataSetId } }, {}, false);
  }

  private async operate(
    action: Action,
    first: Omit<Invocation, 'action' | 'token'> & { readonly token?: string },
    { faults = [], habits = {}, others = [] }: Turn,
    isTold = true,
  ): Promise<Finished> {
    const { network, clock } = this.world;
    const from = network.calls.length;
    const began = clock.now();
    network.faultOf = (number, operation) => {
      const planned = faults.find(([call]) => call === number - from);
      if (planned === undefined) {
        return undefined;
      }
      const possible = faultsOf(operation);
      const name = typeof planned[1] === 'number' ? possible[planned[1] % possible.length] : planned[1];
      return name === undefined ? undefined : FAULTS[name];
    };
    let number = 0;
    const finished = await drive(
      this.watched(action, from, began),
      clock,
      { action, ...first },
      {
        retries: 3,
        ...habits,
        afterEach: async (event) => {
          if (action === 'CREATE') {
            this.id = event.resourceModel?.Id ?? this.id;
            this.hasFailed = event.status === 'FAILED';
            await this.uploadOnce(event);
          }
          for (const [after, deed] of others) {
            if (after === number) {
              await this.act(deed);
            }
          }
          number += 1;
        },
      },
    ).catch((error: Error) => {
      throw error instanceof Broken ? error : this.broken('the contract of progress events', error.message);
    });
    const calls = network.calls.slice(from);
    network.faultOf = () => undefined;
    if (isTold) {
      this.operations.push({ ...finished, calls: calls.map(({ operation }) => operation) });
    }
    if (action === 'CREATE') {
      const lost = calls.filter(({ operation, fault }) => operation === 'CreateJob' && fault?.hasEffect === true);
      this.isMadeLate = lost.some(({ fault }) => fault?.name === 'TimeoutError' && fault.delaySeconds !== undefined);
      this.mayLeave += lost.length + (habits.repeated ?? []).length;
      this.isSearchRefused = calls.some(({ operation, fault }) => operation === 'ListJobs' && fault?.passes === false);
    }
    return finished;
  }

  private watched(action: Action, from: number, began: number): Handlers {
    const { network, clock, log } = this.world;
    const handlers = overTheWire(this.world.builtFunction);
    return async (invocation) => {
      const first = network.calls.length;
      const start = clock.now();
      log.length = 0;
      const event = await handlers(invocation);
      const calls = network.calls.slice(first);
      this.tries += Number(action === 'CREATE' && invocation.callbackContext === undefined);
      const context = invocation.callbackContext as { readonly jobId?: unknown } | undefined;
      const knownId = invocation.model.Id ?? context?.jobId;
      const id = knownId ?? event.resourceModel?.Id;
      for (const { operation } of calls) {
        this.biography.used.add(`${action.toLowerCase()} ${operation}`);
      }
      this.told.push(
        `${action} ${JSON.stringify(invocation.model).slice(0, 400)} ${JSON.stringify(invocation.callbackContext)}`,
        ...calls.map(({ operation, status, error }) => `    ${operation} ${status ?? ''} ${error ?? ''}`),
        `  → ${JSON.stringify({ ...event, resourceModel: JSON.stringify(event.resourceModel)?.slice(0, 400) })}`,
      );
      const step: Step = {
        invocation,
        event,
        knownId,
        calls,
        callsOfOperation: network.calls.slice(from),
        callsOfLife: network.calls,
        took: clock.now() - start,
        elapsed: clock.now() - began,
        log: [...log],
        ownRevision: this.life.ownRevision,
        ...(id === undefined || event.status === 'IN_PROGRESS' ? {} : { facts: await this.factsOf(id) }),
      };
      for (const { name, sentence, brokenBy } of INVARIANTS) {
        const broken = brokenBy(step);
        if (broken !== undefined) {
          throw this.broken(`${name}: ${sentence}`, broken);
        }
      }
      return event;
    };
  }

  private async factsOf(id: unknown): Promise<Facts> {
    const job = await this.world.ask('GET', `/v1/jobs/${id}`);
    this.isForgotten = job.State === undefined;
    const branch = Object.values((job.Details ?? {}) as Record<string, { RevisionId?: string }>)[0];
    if (IMPORTS.includes(this.life.type)) {
      this.revisionId = branch?.RevisionId ?? this.revisionId;
    }
    const revision =
      this.revisionId === undefined ? undefined : await this.world.ask('GET', this.revisionPath(this.revisionId));
    return {
      ...(job.State === undefined ? {} : { job: job as unknown as NonNullable<Facts['job']> }),
      ...(revision?.Id === undefined ? {} : { revision: revision as unknown as NonNullable<Facts['revision']> }),
    };
  }

  private revisionPath(revisionId: string): string {
    return `/v1/data-sets/${this.job.DataSetId}/revisions/${revisionId}`;
  }

  private readonly uploaded = new Set<unknown>();

  private async uploadOnce({ resourceModel }: ProgressEvent): Promise<void> {
    const id = resourceModel?.Id;
    if (this.job.file !== undefined && id !== undefined && !this.uploaded.has(id)) {
      this.uploaded.add(id);
      await uploadFile(this.world, this.job, id);
    }
  }

  /** What somebody else does. It may be refused: then nothing has happened. */
  private async act(deed: Deed): Promise<void> {
    const { world } = this;
    const { id } = this;
    if (id === undefined) {
      return;
    }
    const { job } = await this.factsOf(id);
    // A job that was not started cannot fail. The service forgets a job after 90 days, and CloudFormation deletes at once
    // what it could not create.
    if ((deed === 'fail' && job?.State === 'WAITING') || (deed === 'forget' && this.hasFailed)) {
      return;
    }
    this.told.push(`somebody else: ${deed}`);
    const path = this.revisionId === undefined ? undefined : this.revisionPath(this.revisionId);
    switch (deed) {
      case 'cancel':
        await world.ask('DELETE', `/v1/jobs/${id}`);
        return;
      case 'start':
        await world.ask('PATCH', `/v1/jobs/${id}`);
        return;
      case 'forget':
      case 'fail': {
        const { script } = world.emulator.faults();
        const becomes = { state: deed === 'forget' ? 'VANISHED' : 'ERROR' } as const;
        world.faults({ ...script, faults: [{ on: 'GetJob', do: { job: { becomes } } }] });
        await world.ask('GET', `/v1/jobs/${id}`);
        world.faults(script);
        return;
      }
      default:
    }
    if (path === undefined) {
      return;
    }
    switch (deed) {
      case 'finalise':
      case 'open':
        await world.ask('PATCH', path, { Finalized: deed === 'finalise' });
        return;
      case 'publish':
        await world.ask('POST', `/_emulator/revisions/${this.revisionId}/publish`);
        return;
      case 'revoke':
        await world.ask('POST', `${path}/revoke`, { RevocationComment: 'no longer right' });
        return;
      case 'remove':
        await world.ask('DELETE', path);
    }
  }

  broken(what: string, why: string): Broken {
    return new Broken(`${what}\n${why}\n\n${this.told.join('\n')}`);
  }
}

function withChange(model: Properties, change: Properties): Properties {
  const { Id: _, ...changed } = { ...model, ...change };
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
}
