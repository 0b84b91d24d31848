/** Figures that hold on a machine which has other work: that only ever adds time, and comes in bursts. */

/** The value below which this share of all values lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) * share)] as number;
}

/** The lower quartile. */
export function typical(values: readonly number[]): number {
  return quantile(values, 0.25);
}

/** The median of the ratios, pair by pair, of measurements that were taken in turn. */
export function pairedRatio(values: readonly number[], others: readonly number[]): number {
  return quantile(
    values.map((value, index) => value / (others[index] as number)),
    0.5,
  );
}

/** The median of the differences, pair by pair, of measurements that were taken in turn. */
export function pairedDifference(values: readonly number[], others: readonly number[]): number {
  return quantile(
    values.map((value, index) => value - (others[index] as number)),
    0.5,
  );
}
