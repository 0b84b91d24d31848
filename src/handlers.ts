import { Resource } from './resource';
import { makeEntrypoints } from './runtime/entrypoint';

/**
 * What Lambda calls: the runtime over the handlers. The other write-only properties are neither secret nor
 * confidential.
 */
export const { entrypoint, testEntrypoint } = makeEntrypoints(new Resource(), {
  secretPaths: ['/properties/ApiGatewayApiKey'],
  contentPaths: ['/properties/UrlAssetContent', '/properties/ApiGatewayApiSpecification'],
});
