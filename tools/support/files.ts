import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

/** The files of a folder, at any depth, as paths relative to it, sorted. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** The SHA-256 of every file of a folder, in hexadecimal, by its path. */
export async function digests(folder: string): Promise<Record<string, string>> {
  const paths = await listFiles(folder);
  const found = paths.map(async (path) => [path, sha256(await readFile(join(folder, path)))] as const);
  return Object.fromEntries(await Promise.all(found));
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Lends a temporary folder, and removes it afterwards. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-dataexchange-job-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/**
 * Makes a folder anew. It is written beside its place and then moved there, so that nobody reads half a folder, and a
 * failure leaves the former one.
 *
 * @param write fills the empty folder that it is given
 * @returns what `write` returns
 */
export async function replaceFolder<T>(folder: string, write: (draft: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    // A temporary folder can be read by its owner alone.
    await chmod(draft, 0o755);
    const result = await write(draft);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    return result;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
