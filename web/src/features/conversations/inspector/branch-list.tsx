import { useLingui } from "@lingui/react/macro"
import { Pin } from "lucide-react"
import type { Branch } from "@/features/conversations/api/conversations"
import { useOpenConversation } from "@/features/conversations/page/open"
import { ChoiceList } from "@/components/ui/choice-list"
import { formatMinute } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface BranchListProps {
  branches: readonly Branch[]
  /** The branch that opens first. */
  opensId: string | null
}

/** The branches by name, pinned ones first; to choose one shows it. */
export function BranchList({ branches, opensId }: BranchListProps) {
  const { t, i18n } = useLingui()
  const open = useOpenConversation()
  const now = useNow()
  const sorted = branches.toSorted(
    (one, other) => Number(other.pinned_at_ms !== null) - Number(one.pinned_at_ms !== null) || other.changed_at_ms - one.changed_at_ms,
  )
  return (
    <ChoiceList
      items={sorted}
      height={52}
      keyOf={({ id }) => id}
      chosen={open.branchId}
      onChoose={(id) => open.switchTo(id ?? open.branchId)}
      label={t`Branches`}
    >
      {(branch) => (
        <>
          <span className="min-w-0 flex-1">
            <bdi className="block truncate font-medium">{branch.name}</bdi>
            <span className="tabular block truncate text-caption text-text-2">
              {branch.id === opensId ? `${t`Opens first`} · ` : ""}
              {formatMinute(branch.changed_at_ms, now, i18n.locale)}
            </span>
          </span>
          {branch.pinned_at_ms === null ? null : (
            <Pin aria-label={t`Pinned`} className="size-3.5 shrink-0 text-text-2" strokeWidth={1.75} />
          )}
        </>
      )}
    </ChoiceList>
  )
}
