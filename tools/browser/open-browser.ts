import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { run } from '../support/processes';

export type { Browser, Page } from 'puppeteer-core';

/** Where the browser is unpacked, once for each installation: npm removes it with the package. */
const MODULES = join(__dirname, 'node_modules');
const UNPACKED = join(MODULES, '.chromium');

/** The fonts of the system first, and those of the package for a system that has none. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${join(UNPACKED, 'fonts')}</dir>
  <cachedir>${join(UNPACKED, 'fonts-cache')}</cachedir>
</fontconfig>
`;

/** What the package brings is a program for this system alone. */
const SYSTEM = 'linux x64';

/** Why this machine cannot run the browser, or undefined if it can. */
export function whyNoBrowser(): string | undefined {
  const system = `${process.platform} ${process.arch}`;
  return system === SYSTEM ? undefined : `the browser from npm runs on ${SYSTEM} only, and this machine is ${system}`;
}

/** Starts a browser without a window, with the security of every browser. */
export async function openBrowser(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: await unpacked(),
    headless: 'shell',
    // The sandbox does not start for root, nor in many containers. The browser sees our own pages alone.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
      '--hide-scrollbars',
    ],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(UNPACKED, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(UNPACKED, 'fonts.conf'),
    },
  });
}

/** The path of the browser's program. */
async function unpacked(): Promise<string> {
  if (!existsSync(UNPACKED)) {
    const folder = await mkdtemp(join(MODULES, '.unpacking-'));
    await unpackInto(folder);
    // Another process may have been faster.
    await rename(folder, UNPACKED).catch(() => rm(folder, { recursive: true }));
  }
  return join(UNPACKED, 'chromium');
}

const UNPACK = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;

/**
 * The package unpacks into the system's temporary folder, and its libraries only where it takes itself to be in Lambda.
 * It does so in a process of its own, because Jest hides changes of the environment from Node's modules.
 */
async function unpackInto(folder: string): Promise<void> {
  const env = { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
  await run(process.execPath, ['--input-type=module', '--eval', UNPACK], { cwd: __dirname, env });
  await writeFile(join(folder, 'fonts.conf'), FONTS);
}
