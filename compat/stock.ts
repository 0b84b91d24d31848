import { Resource } from '../src/resource';

/** What a scaffold of the CloudFormation CLI exports: the library's own runtime over the class, with AWS SDK v2 below it. */
export const { entrypoint } = new Resource();
