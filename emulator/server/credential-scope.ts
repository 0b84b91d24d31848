import { ServiceError } from '../errors';

/** The Region of requests that name none. */
export const DEFAULT_REGION = 'us-east-1';
const SCOPE = /^AWS4-HMAC-SHA256 +.*?Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]{1,32})\/([a-z0-9-]+)\/aws4_request\b/;

/**
 * The Region that a request is signed for. Only the form of the signature is checked (Signature Version 4 for this
 * service), not its value.
 * @param header of Authorization
 * @param required whether an unsigned request is refused
 * @throws ServiceError 403
 */
export function regionOf(header: string | undefined, required: boolean): string {
  if (!header) {
    if (required) {
      throw new ServiceError('MissingAuthenticationTokenException', 403, 'The request is not signed.');
    }
    return DEFAULT_REGION;
  }
  const [scope, region = DEFAULT_REGION, service] = SCOPE.exec(header) ?? [];
  if (!scope || !/SignedHeaders=/.test(header) || !/Signature=/.test(header)) {
    const text = 'The Authorization header is not a complete Signature Version 4.';
    throw new ServiceError('IncompleteSignatureException', 403, text);
  }
  if (service !== 'dataexchange') {
    const text = 'The credential must be scoped to the service dataexchange.';
    throw new ServiceError('InvalidSignatureException', 403, text);
  }
  return region;
}
