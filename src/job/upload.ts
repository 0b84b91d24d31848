import { createHash } from 'node:crypto';
import { jobType } from './job-types';
import { type Properties, text } from './properties';

/** A file to upload before the job may start. */
export interface FileToUpload {
  /** The property that holds the content, for messages. */
  readonly property: string;
  readonly content: string;
}

/** The file that a model brings along; undefined where its job type wants none, or the user uploads it. */
export function fileOf(model: Properties): FileToUpload | undefined {
  const property = jobType(model.Type)?.upload?.content;
  const content = property === undefined ? undefined : text(model, property);
  return property === undefined || content === undefined ? undefined : { property, content };
}

/** The digest that the API asks for: Base64 of the MD5 of the UTF-8 bytes. */
export function md5Of(content: string): string {
  return createHash('md5').update(content, 'utf8').digest('base64');
}
