import { useLingui } from "@lingui/react/macro"
import { type ClipboardEvent, useEffect, useEffectEvent, useState } from "react"
import { listenForDrops } from "@/features/conversations/composer/attachments/drops"
import type { DraftStore } from "@/live/drafts"

/** From here on a text that is pasted or dropped is a file beside the message. */
export const LONG_TEXT = 4_000

interface FilesTaken {
  /** Whether something that can be dropped is held over the page. */
  readonly isOver: boolean
  add(files: Iterable<File>): void
  paste(event: ClipboardEvent<HTMLTextAreaElement>): void
}

/** The files of a draft: picked, dropped on the page or pasted; `onWords` hears of shorter words that are dropped. */
export function useFiles(store: DraftStore, onWords: (words: string) => void): FilesTaken {
  const { t } = useLingui()
  const [isOver, setIsOver] = useState(false)
  const add = (files: Iterable<File>): void => {
    for (const file of files) store.addFile(file)
  }
  const addText = (text: string): void => add([new File([text], `${t`Pasted text`}.txt`, { type: "text/plain" })])
  const drop = useEffectEvent(add)
  const dropWords = useEffectEvent((text: string) => (text.length >= LONG_TEXT ? addText(text) : onWords(text)))
  useEffect(() => listenForDrops({ over: setIsOver, files: drop, words: dropWords }), [])
  return {
    isOver,
    add,
    paste(event) {
      const { files } = event.clipboardData
      const text = event.clipboardData.getData("text/plain")
      // Cells and words come with a picture of themselves: the words are what is meant.
      if (files.length > 0 && text === "") {
        event.preventDefault()
        add(files)
      } else if (text.length >= LONG_TEXT) {
        event.preventDefault()
        addText(text)
      }
    },
  }
}
