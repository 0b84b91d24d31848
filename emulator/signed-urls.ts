import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed URL lets its bearer do. HEAD is allowed wherever GET is. */
export type SignedMethod = 'PUT' | 'GET';

export interface SignedUrl {
  url: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

export type Verdict =
  | { ok: true; path: string }
  | {
      ok: false;
      code: 'SignatureDoesNotMatch' | 'AccessDenied' | 'AuthorizationQueryParametersError';
      message: string;
    };

const ALGORITHM = 'AWS4-HMAC-SHA256';
const ACCESS_KEY = 'LOCALDATAEXCHANGE';

/**
 * Signed URLs in the form of S3's presigned ones (Signature Version 4 in the query), really signed and really verified. The same arguments
 * always give the same URL, so nothing about them is stored.
 */
export class SignedUrls {
  /** @param origin `http://127.0.0.1:PORT` @param secret what signs */
  constructor(
    private readonly origin: string,
    private readonly secret: string,
  ) {}

  /**
   * @param path absolute and already percent-encoded
   * @param issuedAt epoch milliseconds; whole seconds count, as in X-Amz-Date
   * @param lifeSeconds rounded up to whole seconds, as in X-Amz-Expires
   */
  issue(method: SignedMethod, region: string, path: string, issuedAt: number, lifeSeconds: number): SignedUrl {
    const from = Math.floor(issuedAt / 1000) * 1000;
    const life = Math.max(1, Math.ceil(lifeSeconds));
    const date = new Date(from).toISOString().replace(/[-:]|\.\d+/g, '');
    const query = new URLSearchParams({
      'X-Amz-Algorithm': ALGORITHM,
      'X-Amz-Credential': `${ACCESS_KEY}/${date.slice(0, 8)}/${region}/s3/aws4_request`,
      'X-Amz-Date': date,
      'X-Amz-Expires': String(life),
      'X-Amz-SignedHeaders': 'host',
    });
    query.set('X-Amz-Signature', this.signature(method, path, query));
    return { url: `${this.origin}${path}?${query}`, expiresAt: from + life * 1000 };
  }

  /** Judges a request by its method and its URL as received. @param now epoch milliseconds of the service's clock */
  verify(method: string, path: string, query: URLSearchParams, now: number): Verdict {
    const [date, life, given] = [query.get('X-Amz-Date'), query.get('X-Amz-Expires'), query.get('X-Amz-Signature')];
    const issuedAt =
      date && Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (query.get('X-Amz-Algorithm') !== ALGORITHM || !issuedAt || !life || !/^\d{1,6}$/.test(life) || !given) {
      return {
        ok: false,
        code: 'AuthorizationQueryParametersError',
        message: 'The query parameters of the signature are missing or malformed.',
      };
    }
    const wanted = Buffer.from(this.signature(method === 'HEAD' ? 'GET' : method, path, query));
    const received = Buffer.from(given);
    if (wanted.length !== received.length || !timingSafeEqual(wanted, received)) {
      return {
        ok: false,
        code: 'SignatureDoesNotMatch',
        message: 'The signature does not belong to this method and URL.',
      };
    }
    if (now >= issuedAt + Number(life) * 1000)
      return { ok: false, code: 'AccessDenied', message: 'Request has expired' };
    return { ok: true, path };
  }

  private signature(method: string, path: string, query: URLSearchParams): string {
    const pairs = [...query]
      .filter(([name]) => name !== 'X-Amz-Signature')
      .map(([name, value]) => `${encode(name)}=${encode(value)}`);
    const host = new URL(this.origin).host;
    const canonical = [method, path, pairs.sort().join('&'), `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const [, day = '', region = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
    const scope = `${day}/${region}/s3/aws4_request`;
    const text = [ALGORITHM, query.get('X-Amz-Date'), scope, createHash('sha256').update(canonical).digest('hex')].join(
      '\n',
    );
    const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
      (sofar, part) => hmac(sofar, part),
      Buffer.from(`AWS4${this.secret}`),
    );
    return hmac(key, text).toString('hex');
  }
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function encode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
