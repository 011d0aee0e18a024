import { useState } from "react"
import type { Line } from "@/features/conversations/list/sections"

const NONE: ReadonlySet<string> = new Set()

/** The conversations chosen for an act on many. */
export function useChoice(lines: readonly Line[]) {
  const [chosen, setChosen] = useState(NONE)
  const [anchor, setAnchor] = useState<string | null>(null)
  const choose = (id: string, how: "one" | "to"): void => {
    if (how === "to" && anchor !== null) return setChosen(new Set([...chosen, ...between(lines, anchor, id)]))
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
    setAnchor(id)
  }
  return { chosen, choose, chooseNone: () => setChosen(NONE), chooseAll: () => setChosen(new Set(rowsIn(lines))) }
}

function rowsIn(lines: readonly Line[]): string[] {
  return lines.flatMap((line) => (line.kind === "row" && line.section !== "temporary" ? [line.id] : []))
}

/** The rows from one to another, both of them in. */
export function between(lines: readonly Line[], one: string, other: string): string[] {
  const rows = rowsIn(lines)
  const [from, to] = [rows.indexOf(one), rows.indexOf(other)]
  if (from < 0 || to < 0) return [other]
  return rows.slice(Math.min(from, to), Math.max(from, to) + 1)
}
