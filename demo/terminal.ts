import pc from 'picocolors';

/** What the demonstration prints. */

const startedAt = Date.now();
let steps = 0;

export function title(text: string): void {
  console.log(`\n${pc.bold(text)}\n`);
}

/** The heading of a step: its number, and the seconds since the start. */
export function step(text: string): void {
  steps += 1;
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0).padStart(2);
  console.log(`\n${pc.bold(pc.cyan(`${steps}. ${text}`))} ${pc.dim(`[${seconds} s]`)}`);
}

export function say(text: string): void {
  console.log(`   ${text}`);
}

/** A command as a user would type it. */
export function command(words: readonly string[]): void {
  console.log(`   ${pc.dim('$')} ${pc.dim(words.map(quoted).join(' '))}`);
}

export function row(
  cells: readonly string[],
  widths: readonly number[],
  colour: (text: string) => string = String,
): void {
  console.log(`   ${colour(cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))}`);
}

/** One thing that has to hold for the demonstration to succeed. */
export function holds(what: string, held: boolean): boolean {
  console.log(`   ${held ? pc.green('✔') : pc.red('✘')} ${what}`);
  return held;
}

/** The colour of a stack event, by its status. */
export function colourOf(status: string): (text: string) => string {
  if (/FAILED|ROLLBACK/.test(status)) {
    return pc.red;
  }
  return status.endsWith('_COMPLETE') ? pc.green : pc.dim;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
