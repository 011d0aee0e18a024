import type { MapStop } from "@/features/conversations/api/branching"

/** A tree as rows from top to bottom, each with the lines that are drawn in it. */

export interface TreeRow {
  /** The message; in a row of left out turns, the one below them. */
  stop: MapStop
  /** Turns that are left out here; null in a row of a message. */
  left: number | null
  /** How deep it stands in the tree of rows, from 1. */
  level: number
  lane: number
  /** The lane of what stands above it; null at a beginning. */
  from: number | null
  goesOn: boolean
  /** Lanes that pass by on their way to a later row, and whether they are of the shown path. */
  passing: readonly { lane: number; isOn: boolean }[]
  isOn: boolean
  /** Whether what leads on from here is of the shown path. */
  isOnBelow: boolean
}

interface Waiting {
  stop: MapStop
  lane: number
  from: number | null
  level: number
  passing: readonly { lane: number; isOn: boolean }[]
}

/**
 * The rows of a tree. The first of several answers goes on in the lane of what it answers, below the others,
 * which stand one lane in: so nothing changes its place when another branch is shown.
 */
export function treeRows(stops: readonly MapStop[], shownId: string | null): TreeRow[] {
  const below = Map.groupBy(stops, (stop) => stop.parent_id)
  const on = pathTo(stops, shownId)
  const rows: TreeRow[] = []
  const waiting: Waiting[] = (below.get(null) ?? [])
    .map((stop): Waiting => ({ stop, lane: 0, from: null, level: 1, passing: [] }))
    .toReversed()
  let next = waiting.pop()
  while (next !== undefined) {
    const { stop, lane, level, passing } = next
    const [first, ...others] = below.get(stop.id) ?? []
    const isOn = on.has(stop.id)
    const shared = { stop, level, lane, passing, isOn }
    if (stop.between > 0) {
      rows.push({ ...shared, left: stop.between, from: next.from, goesOn: true, isOnBelow: isOn })
    }
    rows.push({
      ...shared,
      left: null,
      from: stop.between > 0 ? lane : next.from,
      goesOn: first !== undefined,
      isOnBelow: isOn && (below.get(stop.id) ?? []).some((child) => on.has(child.id)),
    })
    if (first !== undefined) {
      waiting.push({ stop: first, lane, from: lane, level: level + 1, passing })
      const beside = [...passing, { lane, isOn: on.has(first.id) }]
      for (const other of others.toReversed()) {
        waiting.push({ stop: other, lane: lane + 1, from: lane, level: level + 1, passing: beside })
      }
    }
    next = waiting.pop()
  }
  return rows
}

/** The ids on the way from the beginning to a message. */
export function pathTo(stops: readonly MapStop[], messageId: string | null): ReadonlySet<string> {
  const byId = new Map(stops.map((stop) => [stop.id, stop]))
  const found = new Set<string>()
  let at = messageId === null ? undefined : byId.get(messageId)
  while (at !== undefined && !found.has(at.id)) {
    found.add(at.id)
    at = at.parent_id === null ? undefined : byId.get(at.parent_id)
  }
  return found
}

/** The same map with turns that were left out above a message, the nearest last. */
export function withTurns(stops: readonly MapStop[], belowId: string, turns: readonly MapStop[]): MapStop[] {
  return stops.flatMap((stop) => {
    if (stop.id !== belowId || stop.between === 0) return [stop]
    const shown = turns.slice(-stop.between)
    const chain = shown.map((turn, place): MapStop => ({
      ...turn,
      parent_id: shown[place - 1]?.id ?? stop.parent_id,
      between: place === 0 ? stop.between - shown.length : 0,
    }))
    return [...chain, { ...stop, parent_id: chain.at(-1)?.id ?? stop.parent_id, between: 0 }]
  })
}
