import { type ZipOptions, zipSync } from 'fflate';

/** File contents by path. */
export type Entries = ReadonlyMap<string, Uint8Array>;

/** The earliest time that a zip can hold. It is always the same, so that the same content gives the same bytes. */
const NO_TIME = '1980-01-01T00:00:00';
/** Everybody may read the files: Lambda runs code as a user of its own. */
const UNIX = 3;
const READABLE = (0o100644 << 16) >>> 0;

/** @param how `stored` as the CLI writes packages (the upload checks the size), `packed` for what Lambda unpacks */
export function zip(entries: Entries, how: 'stored' | 'packed'): Uint8Array {
  const options: ZipOptions = { level: how === 'stored' ? 0 : 9, mtime: NO_TIME, os: UNIX, attrs: READABLE };
  return zipSync(Object.fromEntries([...entries].map(([name, content]) => [name, [content, options]])));
}
