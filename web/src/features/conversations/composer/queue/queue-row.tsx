import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { ArrowUp, ChevronDown, ChevronUp, GripVertical, Pencil, X } from "lucide-react"
import { useState } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { QueuedForm } from "@/features/conversations/composer/queue/queued-form"
import type { Queued } from "@/features/conversations/composer/queue/shown"
import { partsIn } from "@/features/conversations/composer/unsent"
import { wordsOf } from "@/features/conversations/composer/use-editing"

interface QueueRowProps {
  queued: Queued
  isFirst: boolean
  isLast: boolean
  onMove: (step: number) => void
  onSendNow: () => void
  onChange: (text: string) => void
  onDrop: () => void
  /** Told of the id that is held, or null once it is let go. */
  onDrag: (id: string | null) => void
  onDropped: () => void
}

/** One message that waits. It is moved by its grip, or with the arrows beside it. */
export function QueueRow({ queued, isFirst, isLast, onMove, onDrag, onDropped, ...does }: QueueRowProps) {
  const { t } = useLingui()
  const [isEdited, setIsEdited] = useState(false)
  const parts = partsIn({ body: queued.draft })
  const words = wordsOf(parts)
  const files = parts.filter(({ kind }) => kind !== "text").length
  const problem = queued.problem?.["message"]
  if (isEdited) {
    return (
      <li className="p-1">
        <QueuedForm
          words={words}
          onDone={(text) => {
            setIsEdited(false)
            if (text !== null && text !== words) does.onChange(text)
          }}
        />
      </li>
    )
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the buttons beside it do the same
    <li
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move"
        event.dataTransfer.setData("text/plain", words)
        onDrag(queued.id)
      }}
      onDragEnd={() => onDrag(null)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) event.preventDefault()
      }}
      onDrop={(event) => {
        if (event.dataTransfer.types.includes("Files")) return
        event.preventDefault()
        onDropped()
      }}
      className="flex min-h-(--row) items-center gap-1 rounded-2 px-1 hover:bg-hover"
    >
      <GripVertical aria-hidden="true" className="size-4 shrink-0 cursor-grab text-text-2" strokeWidth={1.75} />
      <span className="flex min-w-0 flex-1 flex-col">
        <bdi className="truncate text-ui">{words === "" ? t`${plural(files, { one: "# file", other: "# files" })}` : words}</bdi>
        {typeof problem === "string" ? <bdi className="text-caption text-danger wrap-anywhere">{problem}</bdi> : null}
      </span>
      <IconButton label={t`Move up`} disabled={isFirst} onClick={() => onMove(-1)}>
        <ChevronUp aria-hidden="true" className="size-4" />
      </IconButton>
      <IconButton label={t`Move down`} disabled={isLast} onClick={() => onMove(1)}>
        <ChevronDown aria-hidden="true" className="size-4" />
      </IconButton>
      <IconButton label={t`Change`} onClick={() => setIsEdited(true)}>
        <Pencil aria-hidden="true" className="size-4" strokeWidth={1.75} />
      </IconButton>
      <IconButton label={t`Stop the answer and send this now`} onClick={does.onSendNow}>
        <ArrowUp aria-hidden="true" className="size-4" />
      </IconButton>
      <IconButton label={t`Do not send`} onClick={does.onDrop}>
        <X aria-hidden="true" className="size-4" />
      </IconButton>
    </li>
  )
}
