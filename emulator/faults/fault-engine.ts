import { randomNumbers } from '../random';
import { type Assumptions, assumptionsWith } from '../store/assumptions';
import type { JobPlan } from '../store/job-plan';
import type { CallFacts } from './call-facts';
import type { FaultAction, FaultCondition, FaultRule, FaultScript } from './fault-script';

/** How a script ends a call instead of the operation's own response. */
export interface ScriptedEnding extends Pick<FaultAction, 'error' | 'denied' | 'answer' | 'connection'> {
  /** Whether the operation takes effect first. */
  readonly effect: 'none' | 'done';
}

/** What the script does to one call. */
export interface Decision {
  /** Names of the rules that fired, for the journal. */
  readonly fired: readonly string[];
  readonly delays: readonly NonNullable<FaultAction['delay']>[];
  /** The first ending among the rules that fired. */
  readonly ending?: ScriptedEnding;
  readonly plans: readonly JobPlan[];
  readonly publishes: boolean;
}

interface LoadedRule {
  readonly rule: FaultRule;
  readonly label: string;
  /** Calls that concerned the rule: by job id, or together under ''. */
  readonly counts: Map<string, number>;
  readonly chance: () => number;
  fired: number;
}

/** Holds the loaded script and decides, call by call, which of its rules fire. */
export class FaultEngine {
  /** The assumptions in force. */
  assumptions: Assumptions;
  private rules: readonly LoadedRule[] = [];
  private script: FaultScript = {};

  /** @param base assumptions that the command line changes */
  constructor(
    private readonly seed: number,
    private readonly base: Partial<Assumptions>,
  ) {
    this.assumptions = assumptionsWith(base);
  }

  /** Replaces the script; all counters begin at 0. @param script already checked */
  load(script: FaultScript): void {
    this.script = script;
    this.assumptions = assumptionsWith(this.base, script.assumptions ?? {});
    this.rules = (script.faults ?? []).map((rule, at) => ({
      rule,
      label: rule.name ?? `faults[${at}]`,
      counts: new Map(),
      fired: 0,
      // Each rule has its own numbers, so that adding a rule does not change what the others do.
      chance: randomNumbers((script.seed ?? this.seed) + at * 7919),
    }));
  }

  /** The script, and how often each of its rules has fired. */
  report(): { script: FaultScript; fired: { name: string; times: number }[] } {
    return { script: this.script, fired: this.rules.map(({ label, fired }) => ({ name: label, times: fired })) };
  }

  /** Counts the call for every rule that it concerns, and says what happens to it. */
  decide(facts: CallFacts): Decision {
    const firing = this.rules.filter(
      (loaded) => concerns(loaded.rule.on, facts) && matches(loaded.rule.where ?? {}, facts) && isTurn(loaded, facts),
    );
    for (const loaded of firing) {
      loaded.fired += 1;
    }
    const actions = firing.map(({ rule }) => rule.do);
    const ending = actions.find(({ error, denied, answer, connection }) => error || denied || answer || connection);
    return {
      fired: firing.map(({ label }) => label),
      delays: actions.flatMap(({ delay }) => (delay ? [delay] : [])),
      ...(ending ? { ending: { ...ending, effect: ending.effect ?? 'none' } } : {}),
      plans: actions.flatMap(({ job }) => (job ? [job] : [])),
      publishes: actions.some(({ revision }) => revision === 'published'),
    };
  }
}

function isTurn({ rule, counts, chance }: LoadedRule, facts: CallFacts): boolean {
  const { calls = 'all', per = 'all' } = rule;
  const counted = per === 'job' ? (facts.jobId ?? '') : '';
  const turn = (counts.get(counted) ?? 0) + 1;
  counts.set(counted, turn);
  if (calls === 'all') {
    return true;
  }
  if (typeof calls === 'number') {
    return turn === calls;
  }
  if (isList(calls)) {
    return calls.includes(turn);
  }
  if ('every' in calls) {
    return turn % calls.every === 0;
  }
  if ('chance' in calls) {
    return chance() < calls.chance;
  }
  return isBetween(turn, calls.from ?? 1, (calls.to ?? Number.POSITIVE_INFINITY) + 1);
}

function concerns(on: FaultRule['on'], { operation }: CallFacts): boolean {
  return isAmong(on, '*') || isAmong(on, operation);
}

function matches(where: FaultCondition, facts: CallFacts): boolean {
  const { region, jobType, jobState, jobId, dataSetId, revisionId, lacksTag, jobAge } = where;
  return (
    isAmong(region, facts.region) &&
    isAmong(jobType, facts.jobType) &&
    isAmong(jobState, facts.jobState) &&
    isAmong(jobId, facts.jobId) &&
    (dataSetId === undefined || facts.dataSetIds.includes(dataSetId)) &&
    (revisionId === undefined || facts.revisionIds.includes(revisionId)) &&
    (lacksTag === undefined || !facts.tagKeys.includes(lacksTag)) &&
    (jobAge === undefined || isBetween(facts.jobAge, jobAge.atLeast ?? 0, jobAge.below ?? Number.POSITIVE_INFINITY))
  );
}

function isAmong(wanted: string | readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && [wanted].flat().includes(value));
}

/** @param end not included */
function isBetween(value: number | undefined, start: number, end: number): boolean {
  return value !== undefined && value >= start && value < end;
}

function isList(calls: object): calls is readonly number[] {
  return Array.isArray(calls);
}
