import { createHash } from 'node:crypto';
import { jobType } from './job-types';
import { type Properties, text } from './properties';

/** A file to upload before the job may start. */
export interface FileToUpload {
  /** The property that holds the content, for messages. */
  readonly property: string;
  readonly content: string;
  /** Base64 of the MD5 digest. */
  readonly md5: string;
}

/** The file that a model brings along; undefined where its job type wants none, or the user uploads it. */
export function fileOf(model: Properties): FileToUpload | undefined {
  const upload = jobType(model.Type)?.upload;
  const content = upload === undefined ? undefined : text(model, upload.content);
  return upload === undefined || content === undefined
    ? undefined
    : { property: upload.content, content, md5: md5Of(content) };
}

/** The digest that the API asks for: Base64 of the MD5 of the UTF-8 bytes. */
export function md5Of(content: string): string {
  return createHash('md5').update(content, 'utf8').digest('base64');
}
