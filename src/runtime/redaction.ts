import { inspect } from 'node:util';

/**
 * Takes secrets out of text: the ones that are known (credentials, tokens, write-only properties), in every spelling in
 * which a log or an error message tends to hold them, and what signs a URL, known or not.
 *
 * All finds are made in the original text and cut out together. So secrets that overlap, or lie in a URL, leave no rest,
 * and a replacement cannot hide one that would have been found.
 *
 * A secret of fewer than four characters is cut out only where it stands alone (no letter or digit beside it): inside
 * words it would make every line unreadable, and show by its absences what it is.
 */

export const MARK = '<redacted>';
const SHORT = 4;

const attempt = (f: () => string): string => {
  try {
    return f();
  } catch {
    return ''; // encodeURIComponent refuses half a surrogate pair
  }
};

const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const asciiJson = (text: string): string =>
  json(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function spellings(secret: string): Set<string> {
  const all = new Set<string>([secret]);
  if (secret.length < SHORT) return all;
  const trimmed = secret.trim();
  for (const text of trimmed.length >= SHORT ? [secret, trimmed] : [secret]) {
    const url = attempt(() => encodeURIComponent(text));
    const strictUrl = url.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    const inspected = inspect(text, { compact: true, breakLength: Infinity, maxStringLength: null }).slice(1, -1);
    const forms = [
      text,
      json(text),
      json(json(text)),
      asciiJson(text),
      json(text).replaceAll('/', '\\/'),
      inspected,
      inspected.replaceAll('"', '\\"'),
      url,
      strictUrl,
      strictUrl.replaceAll('%20', '+'),
      attempt(() => encodeURIComponent(url)),
      attempt(() => encodeURI(text)),
      xml(text),
      xml(text).replaceAll("'", '&#39;'),
      xml(text).replaceAll("'", '&apos;'),
      Buffer.from(text, 'utf8').toString('base64').replace(/=+$/, ''),
      Buffer.from(text, 'utf8').toString('base64url'),
    ];
    for (const form of forms) {
      all.add(form);
      all.add(lowerHex(form));
    }
  }
  return all;
}

/** Strings and numbers at any depth of a secret value; a list or an object of secrets is as secret as its parts. */
function leaves(value: unknown, found: string[], depth = 0): string[] {
  if (typeof value === 'string') found.push(value);
  else if (typeof value === 'number' || typeof value === 'bigint') found.push(String(value));
  else if (typeof value === 'object' && value !== null && depth < 16) {
    for (const item of Object.values(value)) leaves(item, found, depth + 1);
  }
  return found;
}

type Range = readonly [from: number, to: number];

// Both are linear: a URL is taken up to the next blank or quote in one go, and looked into afterwards.
const URL_IN_TEXT = /https?(?::|%3a|%253a)[^\s"'<>`]*/gi;
const QUERY = /\?|%3f|%253f|\\u003f/i;
const SIGNING =
  /(?:signature|sig|token|credential|accesskeyid|key-pair-id|policy|secret|password|apikey|api-key)(?:=|%3d|%253d|\\u003d)/i;
const SIGNING_ALONE =
  /\b(?:x-amz-(?:signature|security-token|credential)|signature|awsaccesskeyid)(?:=|%3d|%253d|\\u003d)([^\s"'<>`&,;]*)/gi;

function signed(text: string): Range[] {
  const ranges: Range[] = [];
  for (const match of text.matchAll(URL_IN_TEXT)) {
    const url = match[0];
    if (!SIGNING.test(url)) continue;
    const query = QUERY.exec(url);
    const from = query ? query.index + query[0].length : url.search(SIGNING);
    ranges.push([match.index + from, match.index + url.length]);
  }
  for (const match of text.matchAll(SIGNING_ALONE)) {
    const end = match.index + match[0].length;
    ranges.push([end - (match[1] as string).length, end]);
  }
  return ranges;
}

const WORD = /[\p{L}\p{N}_]/u;
const standsAlone = (text: string, from: number, to: number): boolean =>
  !WORD.test(text.charAt(from - 1)) && !WORD.test(text.charAt(to));

export class Redactor {
  readonly #needles: readonly string[];

  constructor(secrets: readonly unknown[]) {
    const needles = new Set<string>();
    for (const secret of leaves(secrets, [])) {
      for (const form of spellings(secret)) if (form.trim() !== '') needles.add(form);
    }
    this.#needles = [...needles];
  }

  text(text: string): string {
    const ranges = signed(text);
    for (const needle of this.#needles) {
      for (let from = text.indexOf(needle); from >= 0; from = text.indexOf(needle, from + 1)) {
        const to = from + needle.length;
        if (needle.length >= SHORT || standsAlone(text, from, to)) ranges.push([from, to]);
      }
    }
    if (ranges.length === 0) return text;

    ranges.sort((a, b) => a[0] - b[0]);
    let result = '';
    let done = 0;
    let open: { from: number; to: number } | undefined;
    const close = (): void => {
      if (!open) return;
      result += text.slice(done, open.from) + MARK;
      done = open.to;
    };
    for (const [from, to] of ranges) {
      if (from === to) continue;
      if (open && from <= open.to) {
        open.to = Math.max(open.to, to);
        continue;
      }
      close();
      open = { from, to };
    }
    close();
    return result + text.slice(done);
  }
}
