import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useEffectEvent } from "react"
import { answersQuery } from "@/features/conversations/api/conversations"
import { stopRun } from "@/features/conversations/api/stop-run"

/** Stop what is being written on a branch; Esc does it, too, unless that closes something. */
export function useStop(conversationId: string, branchId: string): () => void {
  const queries = useQueryClient()
  const stop = (): boolean => {
    const answers = queries.getQueryData(answersQuery(conversationId).queryKey) ?? []
    const here = answers.filter((one) => one.branch_id === branchId)
    for (const { run_id: runId } of here) void stopRun(conversationId, runId)
    return here.length > 0
  }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return
    if (document.querySelector("dialog[open], [popover]:popover-open") !== null) return
    if (stop()) event.preventDefault()
  })
  useEffect(() => {
    addEventListener("keydown", onKey)
    return () => removeEventListener("keydown", onKey)
  }, [])
  return () => void stop()
}
