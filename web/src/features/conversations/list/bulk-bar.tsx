import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { Archive, ArchiveRestore, CheckCheck, Download, FolderInput, Pin, Tag, Trash2, X } from "lucide-react"
import type { KeyboardEvent } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { openDialog } from "@/features/conversations/list/open-dialog"
import { sortMany } from "@/features/conversations/list/sorting"

interface BulkBarProps {
  ids: readonly string[]
  isArchive: boolean
  onAll: () => void
  onEnd: () => void
}

/** What can be done with the chosen conversations: a tool bar, one tab stop with the arrows inside. */
export function BulkBar({ ids, isArchive, onAll, onEnd }: BulkBarProps) {
  const { t } = useLingui()
  const act = (run: () => void): void => {
    run()
    onEnd()
  }
  const buttons = [
    { label: t`Pin`, icon: Pin, run: () => act(() => sortMany("pin", ids)) },
    { label: t`Move to a folder …`, icon: FolderInput, run: () => act(() => openDialog({ kind: "move", ids })) },
    { label: t`Tags …`, icon: Tag, run: () => act(() => openDialog({ kind: "tags", ids, tags: [] })) },
    { label: t`Export …`, icon: Download, run: () => act(() => openDialog({ kind: "export", ids })) },
    isArchive
      ? { label: t`Take out of the archive`, icon: ArchiveRestore, run: () => act(() => sortMany("unarchive", ids)) }
      : { label: t`Archive`, icon: Archive, run: () => act(() => sortMany("archive", ids)) },
    { label: t`Delete`, icon: Trash2, run: () => act(() => sortMany("delete", ids)) },
  ]
  return (
    <div className="sticky bottom-1 z-(--z-sticky) mt-2 rounded-3 border border-border-strong bg-raised p-1 shadow-1">
      <div className="flex items-center ps-2">
        <p role="status" className="min-w-0 flex-1 truncate text-ui font-medium tabular-nums">
          {t`${plural(ids.length, { one: "# selected", other: "# selected" })}`}
        </p>
        <IconButton label={t`Select all that are shown`} onClick={onAll}>
          <CheckCheck aria-hidden="true" className="size-4" strokeWidth={1.75} />
        </IconButton>
        <IconButton label={t`Select none`} keys="Esc" onClick={onEnd}>
          <X aria-hidden="true" className="size-4" strokeWidth={1.75} />
        </IconButton>
      </div>
      <div role="toolbar" tabIndex={-1} aria-label={t`With the selected conversations`} onKeyDown={moveAlong} className="grid grid-cols-6 justify-items-center outline-none pointer-coarse:grid-cols-3">
        {buttons.map(({ label, icon: Icon, run }, place) => (
          <IconButton key={label} label={label} tabIndex={place === 0 ? 0 : -1} onClick={run}>
            <Icon aria-hidden="true" className="size-4" strokeWidth={1.75} />
          </IconButton>
        ))}
      </div>
    </div>
  )
}

function moveAlong(event: KeyboardEvent<HTMLElement>): void {
  const isRtl = getComputedStyle(event.currentTarget).direction === "rtl"
  const step = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 }[event.key]
  if (step === undefined) return
  const buttons = [...event.currentTarget.querySelectorAll("button")]
  const at = buttons.findIndex((button) => button === document.activeElement)
  event.preventDefault()
  buttons[(at + step + buttons.length) % buttons.length]?.focus()
}
