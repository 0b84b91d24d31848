import type { JobPlan } from '../jobs/job-plan';
import { randomNumbers } from '../random';
import type { JobState } from '../store/records';
import { type Assumptions, assumptionsWith } from './assumptions';
import type { FaultAction, FaultCondition, FaultRule, FaultScript } from './fault-script';

/** What is known of a call before it takes effect. */
export interface CallFacts {
  operation: string;
  region: string;
  jobId?: string;
  jobType?: string;
  jobState?: JobState;
  /** Seconds of service time. */
  jobAge?: number;
  dataSetIds: string[];
  revisionIds: string[];
}

/** What the script has in store for one call. */
export interface Decision {
  /** Names of the rules that fired: for the journal. */
  fired: string[];
  delays: NonNullable<FaultAction['delay']>[];
  /** The first rule that says how the call ends. */
  ending?: Pick<FaultAction, 'error' | 'answer' | 'connection'> & { effect: 'none' | 'done' };
  plans: JobPlan[];
  publishes: boolean;
}

interface LoadedRule {
  rule: FaultRule;
  label: string;
  counts: Map<string, number>;
  fired: number;
  chance: () => number;
}

/** Holds the script that is loaded and decides, call by call, which of its rules fire. */
export class FaultEngine {
  /** The decisions in force. */
  assumptions: Assumptions;
  private rules: LoadedRule[] = [];
  private script: FaultScript = {};

  /** @param base what the command line says of the assumptions */
  constructor(
    private readonly seed: number,
    private readonly base: Partial<Assumptions>,
  ) {
    this.assumptions = assumptionsWith(base);
  }

  /** Replaces the script; all counters begin anew. @param script already checked */
  load(script: FaultScript): void {
    this.script = script;
    this.assumptions = assumptionsWith(this.base, script.assumptions ?? {});
    this.rules = (script.faults ?? []).map((rule, at) => ({
      rule,
      label: rule.name ?? `faults[${at}]`,
      counts: new Map(),
      fired: 0,
      // Each rule has its own numbers, so that one rule more or less does not change what the others do.
      chance: randomNumbers((script.seed ?? this.seed) + at * 7919),
    }));
  }

  /** The script with how often each rule has fired. */
  report(): { script: FaultScript; fired: { name: string; times: number }[] } {
    return { script: this.script, fired: this.rules.map(({ label, fired }) => ({ name: label, times: fired })) };
  }

  /** Counts the call for every rule that it concerns, and says what happens to it. */
  decide(facts: CallFacts): Decision {
    const decision: Decision = { fired: [], delays: [], plans: [], publishes: false };
    for (const loaded of this.rules) {
      const { rule } = loaded;
      if (!concerns(rule.on, facts.operation) || !matches(rule.where ?? {}, facts) || !this.isTurn(loaded, facts))
        continue;
      loaded.fired += 1;
      decision.fired.push(loaded.label);
      const { delay, error, answer, connection, effect, job, revision } = rule.do;
      if (delay) decision.delays.push(delay);
      if (job) decision.plans.push(job);
      if (revision === 'published') decision.publishes = true;
      if (!decision.ending && (error || answer || connection))
        decision.ending = { error, answer, connection, effect: effect ?? 'none' };
    }
    return decision;
  }

  private isTurn(loaded: LoadedRule, facts: CallFacts): boolean {
    const { calls = 'all', per = 'all' } = loaded.rule;
    const counted = per === 'job' ? (facts.jobId ?? '') : '';
    const turn = (loaded.counts.get(counted) ?? 0) + 1;
    loaded.counts.set(counted, turn);
    if (calls === 'all') return true;
    if (typeof calls === 'number') return turn === calls;
    if (Array.isArray(calls)) return calls.includes(turn);
    if ('every' in calls) return turn % calls.every === 0;
    if ('chance' in calls) return loaded.chance() < calls.chance;
    return turn >= (calls.from ?? 1) && turn <= (calls.to ?? Number.POSITIVE_INFINITY);
  }
}

function concerns(on: string | string[], operation: string): boolean {
  return [on].flat().some((name) => name === '*' || name === operation);
}

function matches(where: FaultCondition, facts: CallFacts): boolean {
  const { region, jobType, jobState, jobId, dataSetId, revisionId, jobAge } = where;
  const among = (wanted: string | string[] | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && [wanted].flat().includes(value));
  return (
    among(region, facts.region) &&
    among(jobType, facts.jobType) &&
    among(jobState, facts.jobState) &&
    among(jobId, facts.jobId) &&
    (dataSetId === undefined || facts.dataSetIds.includes(dataSetId)) &&
    (revisionId === undefined || facts.revisionIds.includes(revisionId)) &&
    (jobAge === undefined ||
      (facts.jobAge !== undefined &&
        facts.jobAge >= (jobAge.atLeast ?? 0) &&
        facts.jobAge < (jobAge.below ?? Number.POSITIVE_INFINITY)))
  );
}
