import pc from 'picocolors';

/** How the story looks in a terminal. */

const began = Date.now();
let chapter = 0;

export function title(text: string): void {
  console.log(`\n${pc.bold(text)}\n`);
}

/** A step of the story, numbered, with the seconds that have passed. */
export function step(text: string): void {
  chapter += 1;
  const seconds = ((Date.now() - began) / 1_000).toFixed(0).padStart(2);
  console.log(`\n${pc.bold(pc.cyan(`${chapter}. ${text}`))} ${pc.dim(`[${seconds} s]`)}`);
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
  console.log(`   ${colour(cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))}`);
}

/** One thing that has to hold for the demonstration to succeed. */
export function holds(what: string, true_: boolean): boolean {
  console.log(`   ${true_ ? pc.green('✔') : pc.red('✘')} ${what}`);
  return true_;
}

export const colourOf = (status: string): ((text: string) => string) => {
  if (/FAILED|ROLLBACK/.test(status)) {
    return pc.red;
  }
  return status.endsWith('_COMPLETE') ? pc.green : pc.dim;
};

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
