import { useLingui } from "@lingui/react/macro"
import { type ClipboardEvent, useEffect, useEffectEvent, useState } from "react"
import type { DraftStore } from "@/live/drafts"

/** From here on a pasted text is a file beside the message. */
export const LONG_TEXT = 4_000

interface FilesTaken {
  /** Whether files are held over the page. */
  readonly isOver: boolean
  add(files: Iterable<File>): void
  paste(event: ClipboardEvent<HTMLTextAreaElement>): void
}

/** The files of a draft: picked, dropped on the page or pasted. */
export function useFiles(store: DraftStore): FilesTaken {
  const { t } = useLingui()
  const [isOver, setIsOver] = useState(false)
  const add = (files: Iterable<File>): void => {
    for (const file of files) store.addFile(file)
  }
  const drop = useEffectEvent(add)
  useEffect(() => listenForDrops(setIsOver, drop), [])
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
        add([new File([text], `${t`Pasted text`}.txt`, { type: "text/plain" })])
      }
    },
  }
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false

function listenForDrops(onOver: (isOver: boolean) => void, onFiles: (files: File[]) => void): () => void {
  const over = (event: DragEvent): void => {
    if (!hasFiles(event)) return
    event.preventDefault()
    onOver(true)
  }
  const leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) onOver(false)
  }
  const drop = (event: DragEvent): void => {
    onOver(false)
    // Somebody else took it: an import, a folder.
    if (!hasFiles(event) || event.defaultPrevented) return
    event.preventDefault()
    onFiles([...(event.dataTransfer?.files ?? [])])
  }
  addEventListener("dragover", over)
  addEventListener("dragleave", leave)
  addEventListener("drop", drop)
  return () => {
    removeEventListener("dragover", over)
    removeEventListener("dragleave", leave)
    removeEventListener("drop", drop)
  }
}
