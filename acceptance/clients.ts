import { CloudControlClient } from '@aws-sdk/client-cloudcontrol';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DataExchangeClient } from '@aws-sdk/client-dataexchange';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The official clients of one run. Credentials and endpoints come from the environment, as for the AWS CLI. */
export interface Clients {
  readonly cloudControl: CloudControlClient;
  readonly cloudFormation: CloudFormationClient;
  readonly dataExchange: DataExchangeClient;
  /** Makes one attempt, where an answer that the others would repeat is what is asked for. */
  readonly exchangeOnce: DataExchangeClient;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

/** What sees every call of the clients. */
export interface CallWatch {
  /** Before a call. It throws to refuse it. @param action `dataexchange:CreateJob` */
  before?(action: string): void;
  /** A call has failed. */
  failed?(action: string, error: unknown): void;
}

/** The prefix of each client's IAM actions. */
const PREFIXES: Readonly<Record<keyof Clients, string>> = {
  cloudControl: 'cloudformation',
  cloudFormation: 'cloudformation',
  dataExchange: 'dataexchange',
  exchangeOnce: 'dataexchange',
  iam: 'iam',
  logs: 'logs',
  s3: 's3',
  sts: 'sts',
};

/** Calls whose IAM action has another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  's3:DeleteObjects': 's3:DeleteObject',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListObjectsV2': 's3:ListBucket',
};

/** The longest wait for a connection and for an answer, milliseconds. */
const TIMEOUTS = { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true };

export function makeClients(region: string, watch: CallWatch = {}): Clients {
  const shared = { region, maxAttempts: 4, requestHandler: new NodeHttpHandler(TIMEOUTS) };
  // A local service has no host name for each bucket.
  const forcePathStyle = Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);
  const clients: Clients = {
    cloudControl: new CloudControlClient(shared),
    cloudFormation: new CloudFormationClient(shared),
    dataExchange: new DataExchangeClient(shared),
    exchangeOnce: new DataExchangeClient({ ...shared, maxAttempts: 1 }),
    iam: new IAMClient(shared),
    logs: new CloudWatchLogsClient(shared),
    s3: new S3Client({ ...shared, forcePathStyle }),
    sts: new STSClient(shared),
  };
  for (const [name, client] of Object.entries(clients)) {
    watchCalls(client, PREFIXES[name as keyof Clients], watch);
  }
  return clients;
}

/** The address of Data Exchange, as its client takes it from the environment. */
export async function exchangeUrl(clients: Clients, region: string): Promise<string> {
  const endpoint = await clients.dataExchange.config.endpoint?.();
  if (!endpoint) {
    const given = process.env.AWS_ENDPOINT_URL_DATAEXCHANGE || process.env.AWS_ENDPOINT_URL;
    return (given || `https://dataexchange.${region}.amazonaws.com`).replace(/\/$/, '');
  }
  const { protocol, hostname, port, path } = endpoint;
  return `${protocol}//${hostname}${port ? `:${port}` : ''}${path.replace(/\/$/, '')}`;
}

export function destroyClients(clients: Clients): void {
  for (const client of Object.values(clients)) {
    client.destroy();
  }
}

/** The IAM action of a call. @param commandName the SDK's, such as `ListObjectsV2Command` */
export function actionOf(prefix: string, commandName: string): string {
  const call = `${prefix}:${commandName.replace(/Command$/, '')}`;
  return ACTIONS[call] ?? call;
}

function watchCalls(client: Clients[keyof Clients], prefix: string, watch: CallWatch): void {
  (client as DataExchangeClient).middlewareStack.add(
    (next, { commandName = '' }) =>
      async (input) => {
        const action = actionOf(prefix, commandName);
        watch.before?.(action);
        try {
          return await next(input);
        } catch (error) {
          watch.failed?.(action, error);
          throw error;
        }
      },
    { step: 'initialize', name: 'acceptance' },
  );
}
