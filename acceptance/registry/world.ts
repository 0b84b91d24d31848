import type { CloudControlClient } from '@aws-sdk/client-cloudcontrol';
import type { CloudFormationClient, Tag } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DataExchangeClient } from '@aws-sdk/client-dataexchange';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';

/** What the probes of the registry and of the type work in: one account and Region, under the names of one run. */
export interface World {
  readonly account: string;
  readonly region: string;
  /** Lower-case letters and digits. */
  readonly runId: string;
  readonly tags: readonly Tag[];
  readonly clients: {
    readonly cloudFormation: CloudFormationClient;
    readonly cloudControl: CloudControlClient;
    readonly dataExchange: DataExchangeClient;
    readonly iam: IAMClient;
    readonly logs: CloudWatchLogsClient;
    readonly s3: S3Client;
  };
  readonly times: Times;
  /** Waits that many seconds; rejects if the run is interrupted. */
  readonly sleep: (seconds: number) => Promise<void>;
}

/** In seconds. A rehearsal has shorter ones, as its local AWS has. */
export interface Times {
  /** After that long without an answer CloudFormation repeats a call. */
  readonly answer: number;
  /** The callback delays that are tried. */
  readonly delays: readonly number[];
  /** Between two looks at what goes on. */
  readonly poll: number;
}

/** A whole run should take little more than ten minutes; delays of 600 s are known of types in production. */
export const LIVE_TIMES: Times = { answer: 60, delays: [120, 480], poll: 5 };

/** The names of what a run makes. Each begins with the run's prefix, by which `leftovers.ts` finds it again. */
export function names(runId: string) {
  const prefix = `acceptance-${runId}`;
  return {
    prefix,
    /** The first part of the names of types. */
    organisation: `Acceptance${runId}`,
    probeType: `Acceptance${runId}::Registry::Probe`,
    jobType: `Acceptance${runId}::DataExchange::Job`,
    /** @param what lower-case letters and hyphens */
    of: (what: string) => `${prefix}-${what}`,
  };
}
