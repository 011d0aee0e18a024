import { Trans, useLingui } from "@lingui/react/macro"
import type { Diff } from "@/features/conversations/api/branching"
import { FiguresTable } from "@/features/conversations/compare/figures-table"
import { PairView } from "@/features/conversations/compare/pair-view"
import { Notice } from "@/components/ui/notice"
import { formatCount } from "@/lib/format"

interface DiffViewProps {
  diff: Diff
  left: string
  right: string
}

/** How two branches differ: what each took, and the turns beside each other. */
export function DiffView({ diff, left, right }: DiffViewProps) {
  const { t, i18n } = useLingui()
  const shared = formatCount(diff.shared, i18n.locale)
  const isSame = diff.turns.every(({ status }) => status === "same")
  return (
    <div className="flex flex-col gap-5">
      <FiguresTable left={diff.left} right={diff.right} names={[left, right]} />
      {diff.is_cut ? (
        <Notice tone="info">{t`Some texts are too long to compare word by word; they are shown as replaced.`}</Notice>
      ) : null}
      <p className="text-ui text-text-2">
        <Trans>Turns both share from the beginning: {shared}</Trans>
      </p>
      {isSame ? <p className="text-body">{t`The two say the same.`}</p> : null}
      <ol className="flex flex-col gap-4">
        {diff.turns.map((turn) => (
          <li key={turn.pairs.map((pair) => pair.left_id ?? pair.right_id).join(" ")} className="flex flex-col gap-2">
            {turn.pairs.map((pair) => (
              <PairView key={`${pair.left_id} ${pair.right_id}`} pair={pair} names={[left, right]} />
            ))}
          </li>
        ))}
      </ol>
    </div>
  )
}
