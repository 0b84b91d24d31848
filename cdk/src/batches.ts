/** A list cut into lists of at most so many entries. */
export function batches<T>(entries: readonly T[], most: number): T[][] {
  const count = Math.ceil(entries.length / most);
  return Array.from({ length: count }, (_, index) => entries.slice(index * most, (index + 1) * most));
}
