import { ServiceError } from '../errors';

const DEFAULT_REGION = 'us-east-1';

/**
 * The Region that a request is signed for. Whoever signs is let in: what is checked is that there is a Signature Version 4 for this service, not
 * whether it is right.
 * @param header of Authorization
 * @param required whether an unsigned request is refused
 * @throws ServiceError 403
 */
export function regionOf(header: string | undefined, required: boolean): string {
  if (!header) {
    if (!required) return DEFAULT_REGION;
    throw new ServiceError('MissingAuthenticationTokenException', 403, 'The request is not signed.');
  }
  const scope =
    /^AWS4-HMAC-SHA256 +.*?Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]+)\/aws4_request\b/.exec(
      header,
    );
  if (!scope || !/SignedHeaders=/.test(header) || !/Signature=/.test(header)) {
    throw new ServiceError(
      'IncompleteSignatureException',
      403,
      'The Authorization header is not a complete Signature Version 4.',
    );
  }
  if (scope[4] !== 'dataexchange') {
    throw new ServiceError(
      'InvalidSignatureException',
      403,
      'The credential must be scoped to the service dataexchange.',
    );
  }
  return scope[3] ?? DEFAULT_REGION;
}
