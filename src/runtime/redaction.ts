/**
 * Takes secrets out of text: the ones that are known (credentials, tokens, write-only properties), and what signs a URL,
 * known or not.
 *
 * Text is looked at as it is and as it reads once escapes are undone (JSON, inspect, percent, form, XML, one within the
 * other), since an error message tends to quote a request that quotes a secret. All finds are made in the original and
 * cut out together: secrets that overlap, or lie in a URL, leave no rest, and no replacement hides what would have been
 * found.
 *
 * Of a long secret its beginning is enough, since those who quote it cut it short.
 *
 * A secret of fewer than four characters is cut out only where it stands alone (no letter or digit beside it): inside
 * words it would make every line unreadable, and show by its absences what it is.
 */

export const MARK = '<redacted>';
const SHORT = 4;
const HEAD = 32;

/** Text with some escapes undone. `starts[i]` is where its character i begins in the original, with one more for the end. */
interface View {
  text: string;
  starts: readonly number[] | undefined;
}

interface Escape {
  hint: string;
  pattern: RegExp;
  /** What a match reads as, in pieces, each with its length in the match. */
  read: (match: string) => readonly (readonly [text: string, length: number])[];
}

const CONTROL: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };
const ENTITY: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Bytes of a run of %XX, one character after the other; what is not UTF-8 is read byte by byte. */
function readPercent(match: string): [string, number][] {
  const bytes = Buffer.from(match.replaceAll('%', ''), 'hex');
  const pieces: [string, number][] = [];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i] as number;
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    const char = bytes.toString('utf8', i, i + length);
    const whole = length > 1 && !char.includes('\ufffd') && i + length <= bytes.length;
    pieces.push(whole ? [char, length * 3] : [String.fromCharCode(lead), 3]);
    i += whole ? length : 1;
  }
  return pieces;
}

const ESCAPES: readonly Escape[] = [
  {
    hint: '\\',
    pattern: /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[^ux])/gi,
    read: (match) => {
      const mark = match.charAt(1);
      const code = match.length > 2 ? String.fromCharCode(Number.parseInt(match.slice(2), 16)) : undefined;
      return [[code ?? CONTROL[mark] ?? mark, match.length]];
    },
  },
  { hint: '%', pattern: /(?:%[0-9a-f]{2})+/gi, read: readPercent },
  { hint: '+', pattern: /\+/g, read: () => [[' ', 1]] },
  {
    hint: '&',
    pattern: /&(?:amp|lt|gt|quot|apos|#\d{1,5}|#x[0-9a-f]{1,4});/gi,
    read: (match) => {
      const name = match.slice(1, -1).toLowerCase();
      const code = /^#x/.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return [[ENTITY[name] ?? String.fromCharCode(code), match.length]];
    },
  },
];

function undo(view: View, { hint, pattern, read }: Escape): View | undefined {
  if (!view.text.includes(hint)) return undefined;
  const origin = (i: number): number => view.starts?.[i] ?? i;
  const starts: number[] = [];
  let text = '';
  let done = 0;
  const copy = (to: number): void => {
    for (let i = done; i < to; i += 1) starts.push(origin(i));
    text += view.text.slice(done, to);
    done = to;
  };
  for (const match of view.text.matchAll(pattern)) {
    copy(match.index);
    for (const [piece, length] of read(match[0])) {
      for (let i = 0; i < piece.length; i += 1) starts.push(origin(done));
      text += piece;
      done += length;
    }
  }
  if (done === 0) return undefined;
  copy(view.text.length);
  starts.push(origin(view.text.length));
  return { text, starts };
}

const MAX_LAYERS = 3;
const MAX_VIEWS = 24;

function viewsOf(text: string): View[] {
  const views: View[] = [{ text, starts: undefined }];
  const seen = new Set([text]);
  let from = 0;
  for (let layer = 0; layer < MAX_LAYERS; layer += 1) {
    const to = views.length;
    for (const view of views.slice(from, to)) {
      for (const kind of ESCAPES) {
        const next = undo(view, kind);
        if (!next || seen.has(next.text) || views.length >= MAX_VIEWS) continue;
        seen.add(next.text);
        views.push(next);
      }
    }
    from = to;
  }
  return views;
}

type Range = [from: number, to: number];

// Both are linear: a URL is taken up to the next blank or quote in one go, and looked into afterwards.
const URL_IN_TEXT = /https?:[^\s"'<>`]*/gi;
const SIGNING = /(?:signature|sig|token|credential|accesskeyid|key-pair-id|policy|secret|password|apikey|api-key)=/i;
const SIGNING_ALONE = /\b(?:x-amz-(?:signature|security-token|credential)|signature|awsaccesskeyid)=([^\s"'<>`&,;]*)/gi;

function signed(text: string): Range[] {
  if (!text.includes('=')) return [];
  const ranges: Range[] = [];
  for (const match of text.matchAll(URL_IN_TEXT)) {
    const url = match[0];
    const sign = url.search(SIGNING);
    if (sign < 0) continue;
    const query = url.indexOf('?');
    ranges.push([match.index + (query < 0 ? sign : query + 1), match.index + url.length]);
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

/** Strings and numbers at any depth of a secret value; a list or an object of secrets is as secret as its parts. */
function leaves(value: unknown, found: string[], depth = 0): string[] {
  if (typeof value === 'string') found.push(value);
  else if (typeof value === 'number' || typeof value === 'bigint') found.push(String(value));
  else if (typeof value === 'object' && value !== null && depth < 16) {
    for (const item of Object.values(value)) leaves(item, found, depth + 1);
  }
  return found;
}

/** How a secret may be written without being escaped: services trim, headers hold base64. */
function spellings(secret: string): string[] {
  if (secret.length < SHORT) return [secret];
  const bytes = Buffer.from(secret, 'utf8');
  const trimmed = secret.trim();
  return [
    secret,
    ...(trimmed.length >= SHORT ? [trimmed] : []),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}

export class Redactor {
  readonly #needles: readonly string[];

  constructor(secrets: readonly unknown[]) {
    const needles = new Set(leaves(secrets, []).flatMap(spellings));
    this.#needles = [...needles].filter((needle) => needle.trim() !== '');
  }

  text(text: string): string {
    const ranges = viewsOf(text).flatMap((view) => {
      const found = this.#find(view.text);
      const { starts } = view;
      return starts ? found.map(([from, to]): Range => [starts[from] as number, starts[to] as number]) : found;
    });
    return ranges.length === 0 ? text : without(text, ranges);
  }

  #find(text: string): Range[] {
    const ranges = signed(text);
    for (const needle of this.#needles) {
      const head = needle.slice(0, HEAD);
      for (let from = text.indexOf(head); from >= 0; from = text.indexOf(head, from + 1)) {
        let length = head.length;
        while (length < needle.length && text[from + length] === needle[length]) length += 1;
        const to = from + length;
        if (needle.length >= SHORT || standsAlone(text, from, to)) ranges.push([from, to]);
      }
    }
    return ranges;
  }
}

/** The text with each stretch that the ranges cover replaced by one mark. */
function without(text: string, ranges: readonly Range[]): string {
  const stretches: Range[] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = stretches.at(-1);
    if (from === to) continue;
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else stretches.push([from, to]);
  }
  let result = '';
  let done = 0;
  for (const [from, to] of stretches) {
    result += text.slice(done, from) + MARK;
    done = to;
  }
  return result + text.slice(done);
}
