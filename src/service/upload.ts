import { setTimeout as pause } from 'node:timers/promises';
import { type FileToUpload, md5Of } from '../job/upload';

/**
 * The upload did not succeed while its URL lived. The message holds neither the URL nor the content: both are secrets.
 */
export class UploadFailed extends Error {
  override readonly name = 'UploadFailed';
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/**
 * PUTs a file to the URL that CreateJob gave, with its MD5 for the store to check. Tries again after faults of the
 * store and the network while the URL lives and the invocation may go on.
 *
 * @param expiresAt ISO 8601; absent: unknown
 * @throws UploadFailed
 */
export async function upload(
  file: FileToUpload,
  url: string,
  expiresAt: string | undefined,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<void> {
  const end = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  const md5 = md5Of(file.bytes);
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const problem = await put(url, file.bytes, md5, signal);
    if (problem === undefined) {
      return;
    }
    if (!problem.passing || now() + wait >= end || signal.aborted) {
      throw new UploadFailed(`The upload of ${file.property} failed: ${problem.text}. Create the resource again.`);
    }
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}

interface Trouble {
  readonly text: string;
  readonly passing: boolean;
}

async function put(url: string, body: Buffer, md5: string, signal: AbortSignal): Promise<Trouble | undefined> {
  try {
    const response = await fetch(url, { method: 'PUT', body, headers: { 'Content-MD5': md5 }, signal });
    const answer = await response.text();
    if (response.ok) {
      return undefined;
    }
    const code = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(answer)?.[1];
    const passing = response.status >= 500 || response.status === 429 || response.status === 408;
    return { text: `HTTP status ${response.status}${code === undefined ? '' : ` (${code})`}`, passing };
  } catch (error) {
    const cause = (error as { cause?: { code?: unknown } }).cause?.code;
    return { text: `no answer (${typeof cause === 'string' ? cause : (error as Error).name})`, passing: true };
  }
}
