import { schema } from './job/schema';
import { Resource } from './resource';
import { makeEntrypoints } from './runtime/entrypoint';

const CONTENTS = ['/properties/UrlAssetContent', '/properties/ApiGatewayApiSpecification'];
/** Write-only because the service does not show them. Every other write-only property counts as a secret. */
const OPEN = ['UrlAssetContentEncoding', 'Triggers', 'RevokeOnDelete', 'RevocationComment'].map(
  (name) => `/properties/${name}`,
);

/** What Lambda calls: the runtime over the handlers. */
export const { entrypoint, testEntrypoint } = makeEntrypoints(new Resource(), {
  secretPaths: schema.writeOnlyProperties.filter((path) => ![...CONTENTS, ...OPEN].includes(path)),
  contentPaths: CONTENTS,
});
