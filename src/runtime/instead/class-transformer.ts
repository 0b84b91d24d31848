/**
 * In the bundle, replaces `class-transformer`. The library's own runtime makes instances of the models from properties
 * and back with it; ours passes properties as the event has them. The decorators on the library's classes do nothing,
 * and what would transform says why it cannot.
 */
export function Exclude(): () => void {
  return () => undefined;
}

export const Expose = Exclude;

export function instanceToPlain(): never {
  return refuse('serialize');
}

export function plainToInstance(): never {
  return refuse('deserialize');
}

function refuse(method: string): never {
  throw new Error(
    `"${method}" of a model needs class-transformer, which is not part of this package. ` +
      'Use the properties as the event has them: WireRequest has them in desiredProperties.',
  );
}
