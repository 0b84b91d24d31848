/** How many calls are under way at once. */
const AT_ONCE = 10;

/**
 * Looks at things side by side, ten at a time and in their order.
 *
 * @param isOver whether nothing more is to be begun
 * @throws what a failing look throws, once those that are under way have ended; nothing more is begun then
 */
export async function sideBySide<T>(
  things: readonly T[],
  look: (thing: T) => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<void> {
  const waiting = [...things];
  const worker = async (): Promise<void> => {
    for (let thing = waiting.shift(); thing !== undefined && !isOver(); thing = waiting.shift()) {
      try {
        await look(thing);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const end of ends) {
    if (end.status === 'rejected') {
      throw end.reason;
    }
  }
}
