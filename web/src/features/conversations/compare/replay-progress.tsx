import { Trans, useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { answersQuery, queueQuery } from "@/features/conversations/api/conversations"
import { useAct } from "@/features/conversations/api/use-act"
import { WritingBars } from "@/components/ui/bars"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { ProgressBar } from "@/components/ui/progress-bar"

interface ReplayProgressProps {
  conversationId: string
  /** The branch on which it is said again. */
  branchId: string
}

/** How far a replay is, and a way to end it; what was answered until then stays. */
export function ReplayProgress({ conversationId, branchId }: ReplayProgressProps) {
  const { t } = useLingui()
  const act = useAct()
  const [most, setMost] = useState(0)
  const running = (useQuery({ ...answersQuery(conversationId), staleTime: 0 }).data ?? []).filter((one) => one.branch_id === branchId)
  const waiting = (useQuery({ ...queueQuery(conversationId), staleTime: 0 }).data ?? []).filter((one) => one.branch_id === branchId)
  const left = running.length + waiting.length
  if (left > most) setMost(left)
  const held = waiting.find(({ problem }) => problem !== null)
  const cancel = async (): Promise<void> => {
    for (const one of waiting) await act.run(acts.dropQueued(conversationId, one.id))
    for (const one of running) await act.run(acts.stop(conversationId, one.run_id))
  }
  const done = most - left
  if (left === 0) return <p role="status">{t`Everything is answered on the new branch.`}</p>
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="flex items-center gap-2 text-ui" data-voice={6}>
        <WritingBars />
        <Trans>
          Answered {done} of {most}
        </Trans>
      </p>
      <ProgressBar label={t`Replay`} share={most === 0 ? 0 : done / most} />
      {held ? <Notice tone="warning">{String(held.problem?.["message"] ?? t`An answer failed; the rest waits.`)}</Notice> : null}
      {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
      <span>
        <Button look="outline" disabled={act.isPending} onClick={() => void cancel()}>
          {t`Cancel the replay`}
        </Button>
      </span>
    </div>
  )
}
