import { Problem } from "@/api/problem"
import type { Alias, AliasBody } from "@/api/types"
import type { Refusal } from "@/features/house/refused-field"

/** What the form of an alias holds, and what is made of it. Pure, so that it is tested without a page. */

export const STRATEGIES = ["priority", "weight", "least-busy", "lowest-latency", "cheapest", "rate-limit"] as const
export type Strategy = (typeof STRATEGIES)[number]

export interface TargetRow {
  /** Names the row for as long as the form is open. */
  key: number
  model: string
  weight: string
  rank: string
}

export interface AliasDraft {
  name: string
  strategy: Strategy
  isCached: boolean
  targets: readonly TargetRow[]
}

/** Whether a target's weight counts under a strategy. */
export function hasWeights(strategy: Strategy): boolean {
  return strategy === "weight" || strategy === "least-busy"
}

export function emptyRow(key: number): TargetRow {
  return { key, model: "", weight: "1", rank: "0" }
}

/** The draft to begin with: what an alias is now, or an empty one for `model`. */
export function draftOf(alias: Alias | undefined, model: string): AliasDraft {
  if (!alias) return { name: "", strategy: "priority", isCached: false, targets: [{ ...emptyRow(0), model }] }
  return {
    name: alias.name,
    strategy: alias.strategy ?? "priority",
    isCached: alias.cache ?? false,
    targets: alias.targets.map((target, key) => ({
      key,
      model: target.model,
      weight: String(target.weight ?? 1),
      rank: String(target.priority ?? 0),
    })),
  }
}

/** What is sent; rules, split and mirror of the alias that is changed stay as they are. */
export function aliasBodyOf(draft: AliasDraft, kept: Alias | undefined): AliasBody {
  return {
    strategy: draft.strategy,
    cache: draft.isCached,
    targets: draft.targets.map((row) => ({
      model: row.model.trim(),
      weight: row.weight.trim() === "" ? 1 : Number(row.weight),
      priority: row.rank.trim() === "" ? 0 : Number(row.rank),
    })),
    ...keptParts(kept),
  }
}

/** What brings a removed alias back. */
export function bodyOfAlias(alias: Alias): AliasBody {
  return {
    strategy: alias.strategy ?? "priority",
    cache: alias.cache ?? false,
    targets: alias.targets,
    ...keptParts(alias),
  }
}

function keptParts(alias: Alias | undefined): Pick<AliasBody, "rules" | "split" | "mirror"> {
  return {
    ...(alias?.rules?.length ? { rules: alias.rules } : {}),
    ...(alias?.split ? { split: alias.split } : {}),
    ...(alias?.mirror ? { mirror: alias.mirror } : {}),
  }
}

/** One row up or down; the list as it is where there is no room. */
export function moved(rows: readonly TargetRow[], from: number, to: number): readonly TargetRow[] {
  const row = rows[from]
  if (row === undefined || to < 0 || to >= rows.length) return rows
  return rows.toSpliced(from, 1).toSpliced(to, 0, row)
}

const FIELDS = { model: "model", weight: "weight", priority: "rank" } as const

/**
 * Read what the server refused of a draft: `name`, `model:2` for the third target's model, or none of its fields.
 * Where a target leads nowhere the sentence quotes it.
 */
export function aliasRefusal(problem: Error, draft: AliasDraft): Refusal {
  const key = problem instanceof Problem ? problem.field : null
  if (key === null) return { field: null, sentence: problem.message }
  const sentence = problem.message.replace(`${key}: `, "")
  const target = /^targets\.(\d+)\.(model|weight|priority)$/.exec(key)
  if (target) return { field: `${fieldName(target[2])}:${target[1]}`, sentence }
  const at = draft.targets.findIndex((row) => row.model.trim() !== "" && problem.message.includes(`“${row.model.trim()}”`))
  if (at >= 0) return { field: `model:${at}`, sentence }
  return key === `models.${draft.name}` || key === "name" ? { field: "name", sentence } : { field: null, sentence: problem.message }
}

function fieldName(part: string | undefined): string {
  return part === "weight" || part === "priority" ? FIELDS[part] : "model"
}
