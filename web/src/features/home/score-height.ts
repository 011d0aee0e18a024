const STEPS = ["h-1/6", "h-2/6", "h-3/6", "h-4/6", "h-5/6", "h-full"] as const
const EDGES_MS = [20, 100, 500, 2_000, 10_000] as const

/** The height of a request's bar, in six steps of a logarithmic scale. */
export function scoreHeight(durationMs: number): (typeof STEPS)[number] {
  const step = EDGES_MS.filter((edge) => durationMs >= edge).length
  return STEPS[step] ?? "h-full"
}
