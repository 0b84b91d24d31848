import {
  CancelJobCommand,
  CreateJobCommand,
  DataExchangeClient,
  GetJobCommand,
  ListJobsCommand,
  StartJobCommand,
} from '@aws-sdk/client-dataexchange';

/** The SDK's client for Data Exchange with the calls of a job, and nothing else: what no handler can do without. */

export const COMMANDS = [CancelJobCommand, CreateJobCommand, GetJobCommand, ListJobsCommand, StartJobCommand];

let client: DataExchangeClient | undefined;

interface Event {
  readonly region: string;
  readonly requestData: {
    readonly callerCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly resourceProperties: { readonly Id: string };
  };
}

/** Answers a READ, as far as calling the service is an answer. */
export async function entrypoint({ region, requestData }: Event): Promise<object> {
  client ??= new DataExchangeClient({ region, credentials: requestData.callerCredentials });
  await client.send(new GetJobCommand({ JobId: requestData.resourceProperties.Id }));
  return { status: 'SUCCESS' };
}
