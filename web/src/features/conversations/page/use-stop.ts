import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { useCallback } from "react"
import { drawer } from "@/components/shell/drawer"
import { runsOn, stopRun } from "@/features/conversations/api/stop-run"
import { useAction } from "@/registry"

/** Stop what is being written on a branch; Esc does it, too, unless that closes something. */
export function useStop(conversationId: string, branchId: string): () => void {
  const { t } = useLingui()
  const queries = useQueryClient()
  const runs = (): readonly string[] => runsOn(queries, conversationId, branchId)
  const stop = useCallback(() => {
    for (const runId of runsOn(queries, conversationId, branchId)) void stopRun(conversationId, runId)
  }, [queries, conversationId, branchId])
  useAction({
    id: "stop",
    title: () => t`Stop the answer`,
    keys: ["Escape"],
    when: () => !drawer.get() && runs().length > 0,
    run: stop,
  })
  return stop
}
