import { useLingui } from "@lingui/react/macro"
import type { Diff, Pair } from "@/features/conversations/api/branching"
import { keyOfPair, type Pick, type Picks, usualPick } from "@/features/conversations/compare/chosen-turns"
import { PairView } from "@/features/conversations/compare/pair-view"
import { Select } from "@/components/ui/select"

interface MergeChoiceProps {
  diff: Diff
  names: readonly [left: string, right: string]
  picks: Picks
  onPick: (picks: Picks) => void
}

/** The turns of two branches from where they part, each with what is to be taken of it. */
export function MergeChoice({ diff, names, picks, onPick }: MergeChoiceProps) {
  const { t } = useLingui()
  const [left, right] = names
  const optionsOf = (pair: Pair): { value: Pick; label: string }[] => [
    ...(pair.left_id === null ? [] : [{ value: "left" as const, label: left }]),
    ...(pair.right_id === null ? [] : [{ value: "right" as const, label: right }]),
    ...(pair.left_id === null || pair.right_id === null ? [] : [{ value: "both" as const, label: t`Both` }]),
    { value: "none", label: t`Neither` },
  ]
  return (
    <ol className="flex flex-col gap-4">
      {diff.turns.flatMap(({ pairs }) =>
        pairs.map((pair) => (
          <li key={keyOfPair(pair)}>
            <PairView
              pair={pair}
              names={names}
              aside={
                <Select
                  label={t`Take`}
                  value={picks.get(keyOfPair(pair)) ?? usualPick(pair)}
                  onChange={(pick) => onPick(new Map([...picks, [keyOfPair(pair), pick]]))}
                  options={optionsOf(pair)}
                />
              }
            />
          </li>
        )),
      )}
    </ol>
  )
}
