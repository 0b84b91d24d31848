import { schema } from './job/schema';
import { Resource } from './resource';
import { makeEntrypoints } from './runtime/entrypoint';

/** What Lambda calls: the runtime over the handlers. */
export const { entrypoint, testEntrypoint } = makeEntrypoints(new Resource(), {
  secretPaths: schema.writeOnlyProperties,
});
