import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { CfnJobProps } from './cfn-job.generated';

/** Characters that XML cannot hold, and so no answer of CloudFormation. */
const CONTROL_CHARACTERS = /[^\t\n\r\x20-\xff]/;

/** The content of a file that a job uploads. It is in the template, so it has to be small. */
export class AssetContent {
  /** A text, which becomes a file in UTF-8. */
  public static fromText(text: string): AssetContent {
    return new AssetContent({ urlAssetContent: text }, true);
  }

  /** Any bytes, written in Base64. */
  public static fromBase64(base64: string): AssetContent {
    return new AssetContent({ urlAssetContent: base64, urlAssetContentEncoding: 'base64' }, true);
  }

  /** A file of this machine: as a text if it is one in UTF-8, else in Base64. */
  public static fromFile(path: string): AssetContent {
    return AssetContent._of(readFileSync(path));
  }

  /**
   * A file that you upload to the job's `signedUrl` yourself. The job waits for that, so `startOnCreation` is false by
   * default.
   *
   * @param md5Hash MD5 digest of the file, in Base64: `openssl md5 -binary FILE | base64`
   */
  public static fromUpload(md5Hash: string): AssetContent {
    return new AssetContent({ urlAssetMd5Hash: md5Hash }, false);
  }

  /** @internal */
  public static _of(content: string | Uint8Array | AssetContent): AssetContent {
    if (content instanceof AssetContent) {
      return content;
    }
    if (typeof content === 'string') {
      return AssetContent.fromText(content);
    }
    const bytes = Buffer.from(content);
    return isUtf8(bytes) && !CONTROL_CHARACTERS.test(bytes.toString('latin1'))
      ? AssetContent.fromText(bytes.toString('utf8'))
      : AssetContent.fromBase64(bytes.toString('base64'));
  }

  private constructor(
    /** @internal */
    public readonly _properties: Partial<CfnJobProps>,
    /** @internal */
    public readonly _isComplete: boolean,
  ) {}
}

/** The OpenAPI 3.0 specification of an API. */
export class ApiSpecification {
  /** A JSON text. */
  public static fromJson(json: string): ApiSpecification {
    return new ApiSpecification({ apiGatewayApiSpecification: json }, true);
  }

  /** A JSON file of this machine. */
  public static fromFile(path: string): ApiSpecification {
    return ApiSpecification.fromJson(readFileSync(path, 'utf8'));
  }

  /**
   * A JSON file that you upload to the job's `apiSpecificationUploadUrl` yourself. The job waits for that, so
   * `startOnCreation` is false by default.
   *
   * @param md5Hash MD5 digest of the file, in Base64: `openssl md5 -binary FILE | base64`
   */
  public static fromUpload(md5Hash: string): ApiSpecification {
    return new ApiSpecification({ apiGatewayApiSpecificationMd5Hash: md5Hash }, false);
  }

  private constructor(
    /** @internal */
    public readonly _properties: Partial<CfnJobProps>,
    /** @internal */
    public readonly _isComplete: boolean,
  ) {}
}
