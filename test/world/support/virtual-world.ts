import { DataExchangeClient } from '@aws-sdk/client-dataexchange';
import { buildQueryString } from '@smithy/core/protocols';
import { AUTHORIZATION, openLocal } from '../../emulator/support';
import { randomFrom } from '../../job/seed';
import type { Entrypoint } from '../../support/wire';
import { World } from '../../support/world';
import type { VirtualFunction } from './function';
import { MemoryBuckets } from './memory-buckets';
import { Network } from './network';
import { VirtualClock } from './virtual-clock';

/** A request of the SDK, as its request handlers get it. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Parameters<typeof buildQueryString>[0];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A world in one process and in virtual time, with the function as it is built. */
export class VirtualWorld extends World {
  private constructor(
    seed: number,
    readonly time: VirtualClock,
    private readonly way: { network?: Network },
    readonly builtFunction: Entrypoint,
    private readonly buckets = new MemoryBuckets(),
  ) {
    super(seed, () =>
      openLocal({ seed, clock: time, buckets }, (emulator) => {
        way.network = new Network(emulator, time);
        return inProcess(way.network);
      }),
    );
  }

  /** Opens a world. @param seed of everything that is left to chance */
  static async open(seed: number, built: VirtualFunction): Promise<VirtualWorld> {
    const time = new VirtualClock();
    const way: { network?: Network } = {};
    const entrypoint: Entrypoint = (event, context) => {
      const around = { clock: time, random, network: way.network as Network, print: (line: string) => world.log.push(line) };
      return built.in(around)(event, context);
    };
    const random = randomFrom(seed);
    const world = new VirtualWorld(seed, time, way, entrypoint);
    await world.start();
    return world;
  }

  override write(bucket: string, key: string, bytes: Buffer): void {
    this.buckets.write(bucket, key, bytes);
  }

  override bytesIn(bucket: string, key: string): Buffer {
    return this.buckets.read(bucket, key);
  }

  override async upload(url: string, body: Buffer): Promise<number> {
    const { pathname, search, host } = new URL(url);
    const headers = { host, 'content-length': String(body.length) };
    return (await this.network.ask({ method: 'PUT', path: `${pathname}${search}`, headers, body })).status;
  }

  /** A request of the second user. @returns the body, whatever the status is */
  async ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const sent = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const answer = await this.network.ask({ method, path, headers: { authorization: AUTHORIZATION }, body: sent });
    return JSON.parse(answer.body.toString() || '{}');
  }

  get network(): Network {
    return this.way.network as Network;
  }
}

/** The client of the second user. */
function inProcess(network: Network): DataExchangeClient {
  const handle = async ({ method, path, query, headers, body = '' }: SdkRequest) => {
    const search = query === undefined ? '' : buildQueryString(query);
    const answer = await network.ask({
      method,
      path: search === '' ? path : `${path}?${search}`,
      headers,
      body: Buffer.from(body as string),
    });
    return { response: { statusCode: answer.status, headers: answer.headers, body: answer.body } };
  };
  return new DataExchangeClient({
    endpoint: 'http://127.0.0.1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  });
}
