import { useReducer } from "react"
import type { Line } from "@/features/conversations/list/sections"

export interface Choice {
  readonly chosen: ReadonlySet<string>
  /** From where a range goes: what was chosen alone, last. */
  readonly anchor: string | null
  /** What was chosen besides the range; it stays when the range changes. */
  readonly beside: ReadonlySet<string>
}

export type ChoiceStep =
  | { readonly kind: "one"; readonly id: string }
  | { readonly kind: "to"; readonly id: string; readonly rows: readonly string[] }
  | { readonly kind: "all"; readonly rows: readonly string[] }
  | { readonly kind: "none" }

const NOTHING: ReadonlySet<string> = new Set()
export const NO_CHOICE: Choice = { chosen: NOTHING, anchor: null, beside: NOTHING }

/** The conversations chosen for an act on many. */
export function useChoice(lines: readonly Line[]) {
  const [{ chosen }, step] = useReducer(chooseOn, NO_CHOICE)
  return {
    chosen,
    choose: (id: string, how: "one" | "to"): void => step(how === "one" ? { kind: "one", id } : { kind: "to", id, rows: rowsIn(lines) }),
    chooseNone: (): void => step({ kind: "none" }),
    chooseAll: (): void => step({ kind: "all", rows: rowsIn(lines) }),
  }
}

/** What is chosen after a step: one more or less, the range from the last one, all, or nothing. */
export function chooseOn(had: Choice, step: ChoiceStep): Choice {
  switch (step.kind) {
    case "one":
      return chooseOne(had.chosen, step.id)
    case "to": {
      if (had.anchor === null) return chooseOne(had.chosen, step.id)
      const range = between(step.rows, had.anchor, step.id)
      return { ...had, chosen: new Set([...had.beside, ...range]) }
    }
    case "all":
      return { ...NO_CHOICE, chosen: new Set(step.rows) }
    case "none":
      return NO_CHOICE
  }
}

function chooseOne(chosen: ReadonlySet<string>, id: string): Choice {
  const next = new Set(chosen)
  const isTakenAway = next.delete(id)
  const beside = new Set(next)
  if (!isTakenAway) next.add(id)
  return next.size === 0 ? NO_CHOICE : { chosen: next, anchor: id, beside }
}

function rowsIn(lines: readonly Line[]): string[] {
  return lines.flatMap((line) => (line.kind === "row" && line.section !== "temporary" ? [line.id] : []))
}

/** The rows from one to another, both of them in. */
function between(rows: readonly string[], one: string, other: string): readonly string[] {
  const [from, to] = [rows.indexOf(one), rows.indexOf(other)]
  if (from < 0 || to < 0) return [other]
  return rows.slice(Math.min(from, to), Math.max(from, to) + 1)
}
