import { type ZipOptions, zipSync } from 'fflate';

export type Entries = ReadonlyMap<string, Uint8Array>;

/** The earliest time that a zip can hold; always the same, so that the same content gives the same bytes. */
const NO_TIME = '1980-01-01T00:00:00';
/** A file that everybody may read: Lambda runs code as a user of its own. */
const UNIX = 3;
const READABLE = (0o100644 << 16) >>> 0;

/** `stored` as the CLI writes packages (the upload checks the size); `packed` for what Lambda unpacks. */
export function zip(entries: Entries, how: 'stored' | 'packed'): Uint8Array {
  const options: ZipOptions = { level: how === 'stored' ? 0 : 9, mtime: NO_TIME, os: UNIX, attrs: READABLE };
  return zipSync(Object.fromEntries([...entries].map(([name, content]) => [name, [content, options]])));
}
