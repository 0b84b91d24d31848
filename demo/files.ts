import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of every file below a folder, by its path in it. */
export function digests(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name).slice(folder.length + 1)).sort();
  return new Map(paths.map((path) => [path, sha256(readFileSync(join(folder, path)))]));
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
