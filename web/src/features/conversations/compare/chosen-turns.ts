import type { Diff, Pair } from "@/features/conversations/api/branching"

/** What of a pair is taken. */
export type Pick = "left" | "right" | "both" | "none"
/** By `keyOfPair`; what is not there is taken as it is usual. */
export type Picks = ReadonlyMap<string, Pick>

export function keyOfPair(pair: Pair): string {
  return `${pair.left_id ?? ""} ${pair.right_id ?? ""}`
}

/** What of a pair is taken unless somebody says otherwise: the branch one merges into goes first. */
export function usualPick(pair: Pair): Pick {
  return pair.left_id === null ? "none" : "left"
}

/** The messages that were chosen, in their order. */
export function chosenTurns(diff: Diff, picks: Picks): string[] {
  const isTaken = (pair: Pair, side: Pick): boolean => {
    const pick = picks.get(keyOfPair(pair)) ?? usualPick(pair)
    return pick === side || pick === "both"
  }
  return diff.turns.flatMap(({ pairs }) => {
    // Of a turn first what one side said, then what the other did: an answer stays below what it answers.
    const left = pairs.filter((pair) => isTaken(pair, "left")).map((pair) => pair.left_id)
    const right = pairs.filter((pair) => isTaken(pair, "right")).map((pair) => pair.right_id)
    return [...left, ...right].filter((id) => id !== null)
  })
}
