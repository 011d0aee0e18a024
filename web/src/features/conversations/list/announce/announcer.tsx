import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useEffectEvent, useRef } from "react"
import { toast } from "@/components/ui/toast"
import { conversationQuery } from "@/features/conversations/api/conversations"
import { keepTitleCount } from "@/features/conversations/list/announce/title-count"
import type { Finished } from "@/live/finished"
import { useFinished } from "@/live/hooks"
import { live } from "@/live/instance"
import { navigate } from "@/router"

/** Says when an answer has ended in a conversation nobody looks at here, and counts those in the title of the window. */
export function Announcer() {
  const { t } = useLingui()
  const queries = useQueryClient()
  const finished = useFinished()
  const told = useRef<ReadonlySet<string>>(new Set(finished.map(({ messageId }) => messageId)))

  const tell = useEffectEvent(async ({ conversationId, branchId, messageId, status }: Finished) => {
    const { title } = await queries.fetchQuery(conversationQuery(conversationId)).catch(() => ({ title: "" }))
    const name = title === "" ? t`a conversation` : title
    const go = (): void => {
      live().finished.dismiss(messageId)
      navigate({ to: "/c/$id", params: { id: conversationId }, search: { branch: branchId, message: messageId } })
    }
    toast({
      text: status === "complete" ? t`The answer in ${name} is finished` : t`The answer in ${name} broke off`,
      action: { label: t`Show`, run: go },
    })
  })
  useEffect(() => {
    for (const one of finished) if (!told.current.has(one.messageId)) void tell(one)
    told.current = new Set(finished.map(({ messageId }) => messageId))
  }, [finished])

  const count = new Set(finished.map(({ conversationId }) => conversationId)).size
  useEffect(() => keepTitleCount(count), [count])
  return null
}
