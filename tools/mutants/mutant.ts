/** One deliberate fault in the source, which the tests have to notice. */
export interface Mutant {
  /** From the repository's root. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly text: string;
  readonly replacement: string;
  /** What goes wrong because of it, in one sentence. */
  readonly breaks: string;
}

/**
 * The file with the fault in it.
 *
 * @param source the file's text
 * @throws Error if the mutant does not apply, because its text is not there exactly once
 */
export function mutated(source: string, { file, text, replacement, breaks }: Mutant): string {
  const times = source.split(text).length - 1;
  if (times !== 1 || text === replacement) {
    throw new Error(
      `${file} has ${times} times, and must have once, what this mutant replaces: ${JSON.stringify(text)} ` +
        `(${breaks}). Correct the mutant in tools/mutants/, or remove it if the source can no longer break that way.`,
    );
  }
  return source.replace(text, () => replacement);
}
