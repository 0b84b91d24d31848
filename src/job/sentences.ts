/** Joins texts, each a sentence that may lack its full stop or have one already. Absent ones are left out. */
export function sentences(...texts: readonly (string | undefined)[]): string {
  return texts
    .map((text) => text?.trim().replace(/[.;]+$/, '') ?? '')
    .filter((text) => text !== '')
    .map((text) => (/[!?\u2026]$/.test(text) ? text : `${text}.`))
    .join(' ');
}
