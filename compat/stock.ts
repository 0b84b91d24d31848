import { ProgressEvent } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import type { Properties } from '../src/job/properties';
import { ResourceModel } from '../src/models';
import type { Answer } from '../src/operations/answer';
import { Resource } from '../src/resource';

/** Our handlers for the library's own runtime, which serialises instances of its classes and nothing else. */
class StockResource extends Resource {
  constructor() {
    super({}, ResourceModel);
  }

  protected override async run(...given: Parameters<Resource['run']>): Promise<Answer> {
    const answer = { ...(await super.run(...given)) } as Record<string, unknown>;
    if (answer.resourceModel !== undefined) {
      answer.resourceModel = instanceOf(answer.resourceModel as Properties);
    }
    if (answer.resourceModels !== undefined) {
      answer.resourceModels = (answer.resourceModels as readonly Properties[]).map(instanceOf);
    }
    return new ProgressEvent(answer as Partial<ProgressEvent>) as unknown as Answer;
  }
}

/** A value that its class cannot take (an update may ask for `StartOnCreation: maybe`) goes back as it came. */
function instanceOf(model: Properties): ResourceModel {
  try {
    return ResourceModel.deserialize(model);
  } catch {
    return model as unknown as ResourceModel;
  }
}

/**
 * What a scaffold of the CloudFormation CLI exports: the library's own runtime over the class, with AWS SDK v2 below
 * it.
 */
export const { entrypoint } = new StockResource();
