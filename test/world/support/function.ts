import { createRequire } from 'node:module';
import { buildBundle } from '../../../tools/bundle';
import type { Entrypoint } from '../../support/wire';
import type { Network } from './network';
import type { VirtualClock } from './virtual-clock';

/** What the function has around it in place of Lambda: time, chance, network, and a place for its log. */
export interface Surroundings {
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly network: Network;
  readonly print: (line: string) => void;
}

/** Turns of the event loop in which nothing happens, after which a call is taken to wait for time alone. */
const IDLE_TURNS = 4;
/** Milliseconds of real time, which no invocation needs, after which it is taken to wait for nothing. */
const MOST_MS = 20_000;

/**
 * The bundle that Lambda runs, as it is built, with other surroundings in place of the globals and modules of Node by
 * which it knows the time and reaches the network. As in a warm Lambda, what it keeps outlives an invocation.
 */
export class VirtualFunction {
  private around?: Surroundings;

  private constructor(private readonly exported: { readonly entrypoint: Entrypoint }) {}

  static async build(): Promise<VirtualFunction> {
    const { content } = await buildBundle();
    const built: { self?: VirtualFunction } = {};
    const around = (): Surroundings => {
      if (built.self?.around === undefined) {
        throw new Error('the function is used outside of an invocation');
      }
      return built.self.around;
    };
    const required = requireOf(around);
    // The one thing that has to be written otherwise: nothing can be put in the place of import().
    const code = Buffer.from(content).toString('utf8').replaceAll('import("', 'imported("');
    const names = { ...globalsOf(around), require: required, imported: async (name: string) => required(name) };
    const module = { exports: {} as { entrypoint: Entrypoint } };
    new Function('module', ...Object.keys(names), code)(module, ...Object.values(names));
    built.self = new VirtualFunction(module.exports);
    return built.self;
  }

  /** The entrypoint in a world. Time passes only while the function waits for it. */
  in(around: Surroundings): Entrypoint {
    return async (event, context) => {
      this.around = around;
      return untilOver(this.exported.entrypoint(event, context), around);
    };
  }
}

async function untilOver<T>(work: Promise<T>, { clock, network }: Surroundings): Promise<T> {
  let isOver = false;
  let isStuck = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  const limit = setTimeout(() => {
    isStuck = true;
  }, MOST_MS);
  let time = clock.now();
  for (let idle = 0; !isOver; idle += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (isStuck) {
      throw new Error(`the function waits for nothing; its last call: ${JSON.stringify(network.calls.at(-1))}`);
    }
    // Another invocation at the same time may have moved the clock.
    if (network.isBusy || clock.now() !== time) {
      idle = 0;
      time = clock.now();
    } else if (idle >= IDLE_TURNS && clock.isAwaited) {
      clock.advanceToNext();
      idle = 0;
    }
  }
  clearTimeout(limit);
  return work;
}

function globalsOf(around: () => Surroundings): Readonly<Record<string, unknown>> {
  class VirtualDate extends Date {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [around().clock.now()] : given) as [number]));
    }
    static override now(): number {
      return around().clock.now();
    }
  }
  return {
    Date: VirtualDate,
    Math: Object.create(Math, { random: { value: () => around().random() } }),
    setTimeout: (due: () => void, milliseconds?: number) => around().clock.setTimeout(due, milliseconds),
    clearTimeout: (timer: never) => around().clock.clearTimeout(timer),
    AbortSignal: Object.assign(Object.create(AbortSignal), {
      timeout(milliseconds: number): AbortSignal {
        const controller = new AbortController();
        const end = () => controller.abort(new DOMException('The operation timed out', 'TimeoutError'));
        around().clock.setTimeout(end, milliseconds, false);
        return controller.signal;
      },
    }),
    fetch: (url: string, options: RequestInit) => around().network.fetch(url, options),
    console: { ...console, log: (line: string) => around().print(line) },
  };
}

function requireOf(around: () => Surroundings): (name: string) => unknown {
  const ordinary = createRequire(__filename);
  const replaced: Readonly<Record<string, object>> = {
    http: {
      request: (...given: Parameters<Network['request']>) => around().network.request(...given),
    },
    'timers/promises': {
      setTimeout: (milliseconds: number, value: unknown, options: { readonly signal?: AbortSignal } = {}) =>
        new Promise((resolve, reject) => {
          around().clock.setTimeout(() => resolve(value), milliseconds);
          options.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true });
        }),
    },
  };
  return (name) => {
    const found = ordinary(name) as object;
    const other = replaced[name.replace(/^node:/, '')];
    return other === undefined ? found : { ...found, ...other };
  };
}
