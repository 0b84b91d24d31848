import type { Clients } from '../clients';
import type { Context, Finding, Guess, Probe, Value } from '../probe';
import { sideBySide } from './pause';

/** Findings by the name of their row. */
export type Findings<Row extends string = string> = Readonly<Record<Row, Finding>>;

/** A few resources whose life settles several rows of the report at once. */
export interface Experiment<Subject> {
  readonly rows: Readonly<Record<string, Guess>>;
  /** About how long it takes against AWS, in seconds. */
  readonly seconds: number;
  readonly needs?: Probe['needs'];
  run(subject: Subject): Promise<Findings>;
}

/**
 * @param rows by name what local AWS does, and the question that the row answers
 * @param run has a finding for each of the rows
 */
export function experiment<Subject, Row extends string>(
  seconds: number,
  rows: Readonly<Record<Row, readonly [guess: Value, sentence: string]>>,
  run: (subject: Subject) => Promise<Findings<Row>>,
  needs?: Probe['needs'],
): Experiment<Subject> {
  const guesses = Object.entries<readonly [Value, string]>(rows).map(([row, [guess, sentence]]) => [
    row,
    { default: guess, sentence },
  ]);
  return { rows: Object.fromEntries(guesses), seconds, run, needs };
}

/**
 * A probe for each row. The subject, and each experiment, run once in a run of the kit, when a probe first wants them.
 *
 * @param subject makes what the experiments need
 * @param common what all the probes have in common
 */
export function probesOf<Subject>(
  experiments: Readonly<Record<string, Experiment<Subject>>>,
  subject: (context: Context) => Promise<Subject>,
  common: Pick<Probe, 'makes' | 'dollars' | 'rights' | 'alone' | 'background'>,
): Probe[] {
  const subjects = oncePerRun(subject);
  const lanes = oncePerRun(async (context) => new Lanes(sideBySide(context)));
  return Object.values(experiments).flatMap(({ rows, seconds, needs, run }) => {
    const findings = oncePerRun(async (context) => {
      const made = await subjects(context);
      return (await lanes(context)).run(() => run(made));
    });
    return Object.entries(rows).map(([name, guess]) => ({
      name,
      guess,
      seconds,
      ...(needs && { needs }),
      ...common,
      run: async (context: Context) => (await findings(context))[name] as Finding,
    }));
  });
}

/** Runs a few at a time. */
class Lanes {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.free === 0) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.free -= 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) {
        next();
      } else {
        this.free += 1;
      }
    }
  }
}

/** Each run has clients of its own. */
function oncePerRun<Result>(make: (context: Context) => Promise<Result>): (context: Context) => Promise<Result> {
  const made = new WeakMap<Clients, Promise<Result>>();
  return (context) => {
    const known = made.get(context.clients) ?? make(context);
    made.set(context.clients, known);
    return known;
  };
}
