interface Weighted {
  weight?: number
}

/** Each one's part of the whole, from 0 to 1; equal parts where nothing weighs anything. */
export function sharesOf(items: readonly Weighted[]): number[] {
  const weights = items.map((item) => item.weight ?? 1)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => (total === 0 ? 1 / items.length : weight / total))
}
