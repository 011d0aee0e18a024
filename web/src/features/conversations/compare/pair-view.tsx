import { useLingui } from "@lingui/react/macro"
import type { ReactNode } from "react"
import type { Pair } from "@/features/conversations/api/branching"
import { DifferenceList } from "@/features/conversations/compare/difference-list"
import { WordRuns } from "@/features/conversations/compare/word-runs"
import { Chip } from "@/components/ui/chip"

interface PairViewProps {
  pair: Pair
  names: readonly [left: string, right: string]
  /** Stands at the end of its head, like what to take of it. */
  aside?: ReactNode
}

const BARS = {
  same: "border-border",
  changed: "border-accent",
  "left-only": "border-danger-mark",
  "right-only": "border-success-mark",
} as const

/** Two messages in one text: what only one of them says is marked, and facts that differ stand below. */
export function PairView({ pair, names, aside }: PairViewProps) {
  const { t } = useLingui()
  const [left, right] = names
  const said = {
    same: t`The same`,
    changed: t`Changed`,
    "left-only": t`Only in ${left}`,
    "right-only": t`Only in ${right}`,
  }[pair.status]
  return (
    <article aria-label={said} className={`flex flex-col gap-2 border-s-2 ps-3 ${BARS[pair.status]}`}>
      <div className="flex min-h-6 flex-wrap items-center justify-between gap-2">
        <Chip>
          <bdi className="truncate">{said}</bdi>
        </Chip>
        {aside}
      </div>
      <WordRuns changes={pair.changes} isQuiet={pair.status === "same"} />
      <DifferenceList differences={pair.differences} names={names} />
    </article>
  )
}
