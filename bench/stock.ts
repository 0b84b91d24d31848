import {
  Action,
  BaseResource,
  handlerEvent,
  OperationStatus,
  ProgressEvent,
  type ResourceHandlerRequest,
  type SessionProxy,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { ResourceModel } from '../src/models';

/**
 * A resource type as `cfn init` makes it, on the library's own runtime, with a READ that calls the service by the client
 * of the session: AWS SDK v2.
 */

interface Job {
  readonly Id: string;
  readonly Arn: string;
  readonly State: string;
}

type GetJob = (input: object) => { readonly promise: () => Promise<Job> };

class Resource extends BaseResource<ResourceModel> {
  @handlerEvent(Action.Read)
  async read(
    session: SessionProxy,
    request: ResourceHandlerRequest<ResourceModel>,
  ): Promise<ProgressEvent<ResourceModel>> {
    const model = new ResourceModel(request.desiredResourceState);
    const client = session.client('DataExchange') as unknown as { readonly getJob: GetJob };
    const job = await client.getJob({ JobId: model.id }).promise();
    Object.assign(model, { arn: job.Arn, state: job.State });
    const progress = ProgressEvent.progress<ProgressEvent<ResourceModel>>(model);
    progress.status = OperationStatus.Success;
    return progress;
  }
}

// Version 2 of the SDK has no environment variable for its endpoint.
const { config } = require('aws-sdk/global') as { readonly config: { update(options: object): void } };
config.update({ endpoint: process.env.AWS_ENDPOINT_URL, s3ForcePathStyle: true });

export const { entrypoint } = new Resource(ResourceModel.TYPE_NAME, ResourceModel);
