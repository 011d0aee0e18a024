import type { QueryClient } from "@tanstack/react-query"
import { live } from "@/live/instance"
import { keys } from "@/live/query-keys"

/** Know that in a conversation which is still to be made nobody answers and nothing waits: there is nobody to ask. */
export function seedPending(queries: QueryClient, place: string): void {
  for (const key of [keys.answers(place), keys.queue(place)]) {
    if (queries.getQueryData(key) === undefined) queries.setQueryData(key, [])
  }
}

/** What was being written goes on where the conversation is now. */
export function carryDraft(from: string, to: string): void {
  const [had, next] = [live().draft(from), live().draft(to)]
  const { text, attachments, models, files } = had.view()
  if (text !== "" || attachments.length > 0) next.change({ text, attachments, models })
  for (const { name, content } of files) next.addFile(new File([content], name))
  had.forget()
}
