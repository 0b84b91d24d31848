import { timingSafeEqual } from 'node:crypto';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { ServiceError } from './errors';

/** What a signed URL allows. HEAD is allowed wherever GET is. */
export type SignedMethod = 'PUT' | 'GET';

/** What a signed URL is made from. The same values always give the same URL, so URLs are not stored. */
export interface UrlRequest {
  readonly method: SignedMethod;
  /** Host and port that the URL names. It is signed, so the bearer's Host header must be the same. */
  readonly host: string;
  readonly region: string;
  /** Absolute and percent-encoded. */
  readonly path: string;
  /** Epoch milliseconds; rounded down to whole seconds, as in X-Amz-Date. */
  readonly issuedAt: number;
  /** Rounded up to whole seconds, as in X-Amz-Expires. */
  readonly lifeSeconds: number;
}

export interface SignedUrl {
  readonly url: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What the path of a signed URL names. */
export type SignedTarget =
  | { readonly kind: 'upload'; readonly region: string; readonly jobId: string }
  | { readonly kind: 'download'; readonly region: string; readonly assetId: string; readonly jobId?: string };

/** Presigned URLs of Signature Version 4 live a week at most, seconds. */
export const LONGEST_URL_LIFE = 604_800;

const ACCESS_KEY = 'LOCALDATAEXCHANGE';

/**
 * Signed URLs in the form of S3's presigned ones (Signature Version 4 in the query). They are signed and verified as S3
 * does it.
 */
export class SignedUrls {
  /** @param secret what signs */
  constructor(private readonly secret: string) {}

  async issue({ method, host, region, path, issuedAt, lifeSeconds }: UrlRequest): Promise<SignedUrl> {
    const from = Math.floor(issuedAt / 1000) * 1000;
    const life = Math.max(1, Math.ceil(lifeSeconds));
    const query = await this.sign(method, host, region, path, {}, from, life);
    return { url: `http://${host}${path}?${new URLSearchParams(query)}`, expiresAt: from + life * 1000 };
  }

  /**
   * Checks a request by its method, its Host header and its URL as received.
   * @param now epoch milliseconds of the service's clock
   * @throws ServiceError 400 or 403 in S3's words
   */
  async verify(method: string, host: string, path: string, query: URLSearchParams, now: number): Promise<void> {
    const { 'X-Amz-Signature': signature, ...signed } = Object.fromEntries(query);
    const [, , region] = (signed['X-Amz-Credential'] ?? '').split('/');
    const issuedAt = readDate(signed['X-Amz-Date']);
    const life = /^\d{1,6}$/.test(signed['X-Amz-Expires'] ?? '') ? Number(signed['X-Amz-Expires']) : Infinity;
    if (!signature || !region || issuedAt === undefined || life > LONGEST_URL_LIFE) {
      throw new ServiceError(
        'AuthorizationQueryParametersError',
        400,
        'The query parameters of the signature are missing or malformed.',
      );
    }
    const signedMethod = method === 'HEAD' ? 'GET' : method;
    const wanted = await this.sign(signedMethod, host, region, path, signed, issuedAt, life);
    // The library writes its own parameters over the received ones, so all of them are compared.
    if (!sameText(canonical(wanted), canonical({ ...signed, 'X-Amz-Signature': signature }))) {
      throw new ServiceError(
        'SignatureDoesNotMatch',
        403,
        'The request signature we calculated does not match the signature you provided.',
      );
    }
    if (now >= issuedAt + life * 1000) {
      throw new ServiceError('AccessDenied', 403, 'Request has expired');
    }
  }

  /** The query of a signed URL. @param others further parameters of the query @param issuedAt whole seconds */
  private async sign(
    method: string,
    host: string,
    region: string,
    path: string,
    others: Record<string, string>,
    issuedAt: number,
    lifeSeconds: number,
  ): Promise<Record<string, string>> {
    const signer = new SignatureV4({
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: this.secret },
      region,
      service: 's3',
      sha256: Hash.bind(null, 'sha256'),
      // S3 signs the path as it is sent.
      uriEscapePath: false,
    });
    const signed = await signer.presign(
      {
        method,
        protocol: 'http:',
        hostname: host,
        path,
        query: others,
        // S3 does not sign the body of a presigned request. The library moves this header into the query.
        headers: { host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
      },
      { signingDate: new Date(issuedAt), expiresIn: lifeSeconds },
    );
    return signed.query as Record<string, string>;
  }
}

/** Where the file of an import, or the specification of an API, is PUT. It has the form of a bucket and a key. */
export function uploadPath(region: string, jobId: string): string {
  return `/aws-data-exchange-${region}/uploads/${jobId}`;
}

/** Where an asset's bytes are read. @param jobId the export that gave the URL, if one did */
export function downloadPath(region: string, assetId: string, jobId?: string): string {
  return `/aws-data-exchange-${region}/assets/${assetId}${jobId ? `/${jobId}` : ''}`;
}

/** What a path names; undefined if it is not the path of a signed URL. */
export function readSignedPath(path: string): SignedTarget | undefined {
  const [, bucket = '', kind, id, jobId] = path.split('/');
  const region = bucket.replace(/^aws-data-exchange-/, '');
  if (region === bucket || !id) {
    return undefined;
  }
  if (kind === 'uploads') {
    return { kind: 'upload', region, jobId: id };
  }
  return kind === 'assets' ? { kind: 'download', region, assetId: id, jobId } : undefined;
}

/** Epoch milliseconds of an X-Amz-Date; undefined if it is none. */
function readDate(text = ''): number | undefined {
  const milliseconds = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function canonical(query: Record<string, string>): string {
  const parameters = new URLSearchParams(query);
  parameters.sort();
  return parameters.toString();
}

function sameText(left: string, right: string): boolean {
  const [leftBytes, rightBytes] = [Buffer.from(left), Buffer.from(right)];
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}
