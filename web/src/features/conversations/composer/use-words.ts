import { useEffect, useLayoutEffect, useState } from "react"
import { takeEarlyWords } from "@/lib/early-box"
import type { Draft, DraftStore } from "@/live/drafts"

/** The words of a draft, and how to change them: also before what was kept has been read, which they then follow. */
export function useWords(draft: Draft, store: DraftStore, focus: () => void, send: () => void): [string, (text: string) => void] {
  const [early, setEarly] = useState("")
  useLayoutEffect(() => {
    const taken = takeEarlyWords()
    if (taken.text !== "") setEarly(taken.text)
    if (taken.isFocused) focus()
    if (taken.isSent) send()
    // oxlint-disable-next-line react/exhaustive-deps -- once, as the box appears
  }, [])
  useEffect(() => {
    if (!draft.isRead || early === "") return
    store.change({ text: [draft.text, early].filter(Boolean).join("\n\n") })
    setEarly("")
  }, [draft.isRead, draft.text, early, store])
  const change = (text: string): void => {
    if (draft.isRead) store.change({ text })
    else setEarly(text)
  }
  return [draft.isRead && early === "" ? draft.text : early, change]
}
