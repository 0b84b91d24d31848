import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

/** Beside the folder of this file, in the source and in the built package. */
const FOLDER = join(__dirname, '..', 'page');

/** What is served of the page, by the path after `/_emulator/`. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '': { file: 'index.html', type: 'text/html; charset=utf-8' },
  'page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  'page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  'icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};

/** Nothing is loaded from elsewhere, nothing inline runs, and no other page can frame this one and steal its clicks. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves a file of the page. @param name the path after `/_emulator/` @returns whether there is such a file */
export async function servePage(response: ServerResponse, name: string): Promise<boolean> {
  if (!Object.hasOwn(FILES, name)) {
    return false;
  }
  const { file, type } = FILES[name]!;
  const content = await readFile(join(FOLDER, file));
  response.writeHead(200, {
    'content-type': type,
    'content-length': String(content.length),
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  response.end(content);
  return true;
}
