import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { acts } from "@/features/conversations/api/acts"
import { type Move, movesQuery } from "@/features/conversations/api/branching"
import type { Branch } from "@/features/conversations/api/conversations"
import { useAct } from "@/features/conversations/api/use-act"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { formatMinute } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface BranchHistoryProps {
  conversationId: string
  branch: Branch
}

const MOST = 20

/** Where a branch ended before, the newest first; the last move can be taken back. */
export function BranchHistory({ conversationId, branch }: BranchHistoryProps) {
  const { t, i18n } = useLingui()
  const now = useNow()
  const act = useAct()
  const moves = useQuery(movesQuery(conversationId, branch.id))
  const names: Readonly<Record<string, string>> = {
    rollback: t`Rolled back`,
    switch: t`Another version shown`,
    fork: t`Forked`,
    merge: t`Merged`,
    restore: t`Brought back`,
  }
  const told = (moves.data ?? []).filter(({ kind }) => kind in names).toReversed()
  if (told.length === 0) return null
  const undo = (move: Move): void => void act.run(acts.undoMove(conversationId, branch.id, { move_id: move.id }))
  return (
    <section aria-label={t`Where it ended before`} className="flex flex-col gap-2">
      <h3 className="text-ui font-semibold">{t`Where it ended before`}</h3>
      {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
      <ul className="flex flex-col">
        {told.slice(0, MOST).map((move, place) => (
          <li key={move.id} className="flex min-h-(--row) items-center gap-3 border-b border-border py-1 text-ui last:border-0">
            <span className="min-w-0 flex-1 truncate">{names[move.kind]}</span>
            <time className="tabular text-caption text-text-2" dateTime={new Date(move.created_at_ms).toISOString()}>
              {formatMinute(move.created_at_ms, now, i18n.locale)}
            </time>
            {place === 0 && move.to_id === branch.head_id ? (
              <Button size="small" look="outline" disabled={act.isPending} onClick={() => undo(move)}>
                {t`Take back`}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  )
}
