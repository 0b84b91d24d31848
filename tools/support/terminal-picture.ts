/** Draws what a program printed to a terminal, colours included, as an SVG. */

/** Characters in a line; what is longer is cut. */
const COLUMNS = 108;
/** Pixels. */
const FONT_SIZE = 14;
const CHARACTER = 8.4;
const LINE = 20;
const MARGIN = 18;

const GROUND = '#161c24';
const PLAIN = '#dde4ec';
/** The style that each of the terminal's codes turns on, as far as our programs use them. */
const STYLES: Readonly<Record<string, { readonly fill?: string; readonly weight?: 'bold' }>> = {
  1: { weight: 'bold' },
  2: { fill: '#8f9dad' },
  22: { fill: PLAIN, weight: undefined },
  31: { fill: '#ff9a8f' },
  32: { fill: '#74cf98' },
  36: { fill: '#7cc7e8' },
  39: { fill: PLAIN },
};

interface Piece {
  readonly text: string;
  readonly fill: string;
  readonly weight?: 'bold';
}

/** @param lines with the escape sequences of colours @param title for those who cannot see it */
export function terminalPicture(lines: readonly string[], title: string): string {
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${GROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">`,
    ...lines.flatMap((line, index) => drawnLine(piecesOf(line), MARGIN + FONT_SIZE + index * LINE)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Every piece has its place and length, so that columns stay columns whatever the font. */
function drawnLine(pieces: readonly Piece[], y: number): string[] {
  let column = 0;
  const drawn: string[] = [];
  for (const { text, fill, weight } of pieces) {
    const shown = cut(text, COLUMNS - column);
    const indent = shown.length - shown.trimStart().length;
    const word = shown.trim();
    if (word !== '') {
      const x = (MARGIN + (column + indent) * CHARACTER).toFixed(1);
      const length = (word.length * CHARACTER).toFixed(1);
      const bold = weight === undefined ? '' : ` font-weight="${weight}"`;
      drawn.push(
        `<text x="${x}" y="${y}" textLength="${length}" fill="${fill}"${bold} xml:space="preserve">${escaped(word)}</text>`,
      );
    }
    column += shown.length;
  }
  return drawn;
}

function piecesOf(line: string): Piece[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  const [first = '', ...rest] = line.split(/\u001b\[/);
  let style: Omit<Piece, 'text'> = { fill: PLAIN };
  const pieces = [{ ...style, text: first }];
  for (const part of rest) {
    const end = part.indexOf('m');
    style = { ...style, ...STYLES[part.slice(0, end)] };
    pieces.push({ ...style, text: part.slice(end + 1) });
  }
  return pieces;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, Math.max(0, most - 1))}…` : text;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
