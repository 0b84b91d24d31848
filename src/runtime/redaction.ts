/**
 * Takes secrets out of text: known ones (credentials, tokens, properties) and whatever signs a URL.
 *
 * Text is searched as it is and as it reads once escapes are undone (JSON, inspect, percent, form, XML, one within the
 * other), since an error message tends to quote a request that quotes a secret. All finds are made in the original and
 * removed together: secrets that overlap, or lie in a URL, leave no rest, and no replacement hides what would have been
 * found.
 *
 * Of a long secret the beginning is enough, since those who quote it cut it short.
 */

export const MARK = '<redacted>';
/** So much of a secret is enough to find it. */
const HEAD_LENGTH = 32;
/**
 * A shorter text protects nothing: access keys have 16 characters or more, API keys 20. It is a placeholder, such as
 * `test` or `local`, or a value such as `true`, and hiding it would make messages unreadable.
 */
const SHORTEST_SECRET = 8;
/** A shorter content may be an ordinary phrase, such as `import` or `AWS Data Exchange`. */
const SHORTEST_CONTENT = HEAD_LENGTH;
/** A property that holds a secret holds one text. More than this many come only from an event that is refused. */
const MOST_TEXTS = 100;

/** Text with some escapes undone. */
interface View {
  readonly text: string;
  /** Where each character begins in the original, with one more for the end; undefined for the original itself. */
  readonly starts: readonly number[] | undefined;
}

interface Escape {
  /** What text that has the escape contains. */
  readonly hint: string;
  readonly pattern: RegExp;
  /** What a match reads as, in pieces, each with its length in the match. */
  readonly read: (match: string) => readonly (readonly [text: string, length: number])[];
}

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const ESCAPES: readonly Escape[] = [
  {
    hint: '\\',
    pattern: /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[^ux])/gi,
    read: (match) => {
      const mark = match.charAt(1);
      const code = match.length > 2 ? String.fromCharCode(Number.parseInt(match.slice(2), 16)) : undefined;
      return [[code ?? CONTROLS[mark] ?? mark, match.length]];
    },
  },
  { hint: '%', pattern: /(?:%[0-9a-f]{2})+/gi, read: readPercent },
  { hint: '+', pattern: /\+/g, read: () => [[' ', 1]] },
  {
    hint: '&',
    pattern: /&(?:amp|lt|gt|quot|apos|#\d{1,5}|#x[0-9a-f]{1,4});/gi,
    read: (match) => {
      const name = match.slice(1, -1).toLowerCase();
      const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return [[ENTITIES[name] ?? String.fromCharCode(code), match.length]];
    },
  },
];

/** The bytes of a run of %XX, one character after the other; what is not UTF-8 is read byte by byte. */
function readPercent(match: string): [text: string, length: number][] {
  const bytes = Buffer.from(match.replaceAll('%', ''), 'hex');
  const pieces: [string, number][] = [];
  for (let index = 0; index < bytes.length; ) {
    const lead = bytes[index] as number;
    const length = utf8Length(lead);
    const character = bytes.toString('utf8', index, index + length);
    const whole = length > 1 && !character.includes('\ufffd') && index + length <= bytes.length;
    pieces.push(whole ? [character, length * 3] : [String.fromCharCode(lead), 3]);
    index += whole ? length : 1;
  }
  return pieces;
}

/** How many bytes a UTF-8 character has that begins with this one. */
function utf8Length(lead: number): number {
  if (lead >= 0xf0) {
    return 4;
  }
  if (lead >= 0xe0) {
    return 3;
  }
  return lead >= 0xc0 ? 2 : 1;
}

function undo(view: View, { hint, pattern, read }: Escape): View | undefined {
  if (!view.text.includes(hint)) {
    return undefined;
  }
  const starts: number[] = [];
  let text = '';
  let done = 0;
  function originOf(index: number): number {
    return view.starts?.[index] ?? index;
  }
  function copy(to: number): void {
    for (let index = done; index < to; index += 1) {
      starts.push(originOf(index));
    }
    text += view.text.slice(done, to);
    done = to;
  }
  for (const match of view.text.matchAll(pattern)) {
    copy(match.index);
    for (const [piece, length] of read(match[0])) {
      for (let index = 0; index < piece.length; index += 1) {
        starts.push(originOf(done));
      }
      text += piece;
      done += length;
    }
  }
  if (done === 0) {
    return undefined;
  }
  copy(view.text.length);
  starts.push(originOf(view.text.length));
  return { text, starts };
}

const MOST_LAYERS = 3;
const MOST_VIEWS = 24;

function viewsOf(original: string): View[] {
  const views: View[] = [{ text: original, starts: undefined }];
  const seen = new Set([original]);
  let newest = views;
  for (let layer = 0; layer < MOST_LAYERS; layer += 1) {
    const next: View[] = [];
    for (const view of newest) {
      for (const kind of ESCAPES) {
        const undone = undo(view, kind);
        if (undone && !seen.has(undone.text) && views.length < MOST_VIEWS) {
          seen.add(undone.text);
          views.push(undone);
          next.push(undone);
        }
      }
    }
    newest = next;
  }
  return views;
}

type Range = readonly [from: number, to: number];

// Both are linear: a URL is taken up to the next blank or quote in one go, and searched afterwards.
const URL_IN_TEXT = /https?:[^\s"'<>`]*/gi;
const SIGNING = /(?:signature|sig|token|credential|accesskeyid|key-pair-id|policy|secret|password|apikey|api-key)=/i;
const SIGNING_ALONE = /\b(?:x-amz-(?:signature|security-token|credential)|signature|awsaccesskeyid)=([^\s"'<>`&,;]*)/gi;

/** Where text holds the query of a signed URL, or a parameter that signs one. */
function signatures(text: string): Range[] {
  if (!text.includes('=')) {
    return [];
  }
  const ranges: Range[] = [];
  for (const match of text.matchAll(URL_IN_TEXT)) {
    const url = match[0];
    const sign = url.search(SIGNING);
    if (sign >= 0) {
      const query = url.indexOf('?');
      ranges.push([match.index + (query < 0 ? sign : query + 1), match.index + url.length]);
    }
  }
  for (const match of text.matchAll(SIGNING_ALONE)) {
    const end = match.index + match[0].length;
    ranges.push([end - (match[1] as string).length, end]);
  }
  return ranges;
}

/** Adds the texts and numbers of a value, lists and objects included. True and false are no secrets. */
function collectTexts(value: unknown, texts: string[]): string[] {
  if (texts.length >= MOST_TEXTS) {
    return texts;
  }
  if (typeof value === 'string' || typeof value === 'number') {
    texts.push(String(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) {
      collectTexts(item, texts);
    }
  }
  return texts;
}

/** How a text of at least this length may be written without being escaped: services trim, headers hold base64. */
function spellings(text: string, shortest: number): string[] {
  const trimmed = text.trim();
  if (trimmed.length < shortest) {
    return [];
  }
  const bytes = Buffer.from(text, 'utf8');
  return [text, trimmed, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
}

/** Where text holds a needle, or a beginning of it that is long enough. */
function occurrences(needle: string, text: string): Range[] {
  const enough = Math.min(needle.length, HEAD_LENGTH);
  if (!text.includes(needle.slice(0, enough))) {
    return [];
  }
  const pattern = needle.slice(0, text.length);
  const lengths = prefixLengths(`${pattern}\uffff${text}`).slice(pattern.length + 1);
  return lengths.flatMap((length, index): Range[] => (length >= enough ? [[index + 1 - length, index + 1]] : []));
}

/**
 * For each character of a text, the length of the longest beginning of the text that also ends there. The algorithm of
 * Knuth, Morris and Pratt is linear, even for a text that repeats itself.
 */
function prefixLengths(text: string): number[] {
  const lengths = [0];
  for (let index = 1; index < text.length; index += 1) {
    let length = lengths[index - 1] as number;
    while (length > 0 && text[length] !== text[index]) {
      length = lengths[length - 1] as number;
    }
    lengths.push(text[length] === text[index] ? length + 1 : length);
  }
  return lengths;
}

export class Redactor {
  readonly #needles: readonly string[];

  /**
   * @param secrets values that must appear nowhere, such as credentials
   * @param contents values that may be confidential, such as the content of a file; short ones are left alone
   */
  constructor(secrets: readonly unknown[], contents: readonly unknown[] = []) {
    const needles = [
      ...collectTexts(secrets, []).flatMap((text) => spellings(text, SHORTEST_SECRET)),
      ...collectTexts(contents, []).flatMap((text) => spellings(text, SHORTEST_CONTENT)),
    ];
    this.#needles = [...new Set(needles)];
  }

  /** The text with each stretch that holds a secret replaced by MARK. */
  text(text: string): string {
    const ranges = viewsOf(text).flatMap((view) => {
      const { starts } = view;
      const found = this.#find(view.text);
      return starts ? found.map(([from, to]): Range => [starts[from] as number, starts[to] as number]) : found;
    });
    return ranges.length === 0 ? text : replaceRanges(text, ranges);
  }

  #find(text: string): Range[] {
    return [...signatures(text), ...this.#needles.flatMap((needle) => occurrences(needle, text))];
  }
}

/** Ranges that overlap or touch become one mark. */
function replaceRanges(text: string, ranges: readonly Range[]): string {
  const merged: [from: number, to: number][] = [];
  for (const [from, to] of ranges.toSorted((one, other) => one[0] - other[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) {
      last[1] = Math.max(last[1], to);
    } else if (from < to) {
      merged.push([from, to]);
    }
  }
  let done = 0;
  const kept = merged.map(([from, to]) => {
    const piece = text.slice(done, from);
    done = to;
    return piece;
  });
  return [...kept, text.slice(done)].join(MARK);
}
