import { createHash } from 'node:crypto';
import { jobType } from './job-types';
import { own, type Properties, text } from './properties';

/** A file to upload before the job may start. */
export interface FileToUpload {
  /** The property that holds the content, for messages. */
  readonly property: string;
  readonly bytes: Buffer;
}

/** The file that a model brings along; undefined where its job type wants none, or the user uploads it. */
export function fileOf(model: Properties): FileToUpload | undefined {
  const { content: property = '', encoding = '' } = jobType(model.Type)?.upload ?? {};
  const content = text(model, property);
  return content === undefined
    ? undefined
    : { property, bytes: Buffer.from(content, own(model, encoding) === 'base64' ? 'base64' : 'utf8') };
}

/** Whether a text is Base64 (RFC 4648, section 4), in one line or in several. */
export function isBase64(content: string): boolean {
  const digits = content.replace(/\s/g, '');
  return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
}

/** The digest that the API asks for: Base64 of the MD5 of a file's bytes. A text counts as UTF-8. */
export function md5Of(content: string | Buffer): string {
  return createHash('md5').update(content).digest('base64');
}
