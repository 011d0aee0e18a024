import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery } from "@tanstack/react-query"
import { useEffect, useRef, useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"
import { ProgressBar } from "@/components/ui/progress-bar"
import { Select } from "@/components/ui/select"
import { beginExport, cancelExport, EXPORT_FORMATS, exportAddress, type ExportFormat, exportQuery, isOver } from "@/features/conversations/exchange/api/exports"

interface ExportDialogProps {
  /** Null is everything. */
  ids: readonly string[] | null
  onClose: () => void
}

/** Saves conversations as a file: one, some or all. */
export function ExportDialog({ ids, onClose }: ExportDialogProps) {
  const { t } = useLingui()
  const [format, setFormat] = useState<ExportFormat>("json")
  const [withFiles, setWithFiles] = useState(false)
  const begin = useMutation({ mutationFn: beginExport })
  const id = begin.data?.id ?? ""
  const { data: now = begin.data, error } = useQuery({ ...exportQuery(id), enabled: id !== "" })
  const link = useRef<HTMLAnchorElement>(null)
  const isDone = now?.status === "done"
  // Once: the file is saved as soon as it is there, and the link stays for saving it again.
  useEffect(() => {
    if (isDone) link.current?.click()
  }, [isDone])
  const names: Record<ExportFormat, string> = {
    json: t`JSON: everything, to be imported again`,
    jsonl: t`JSON Lines: the same, a conversation to a line`,
    "messages-jsonl": t`JSON Lines: a message to a line, for programs`,
    markdown: t`Markdown, to be read`,
    html: t`HTML, to be read and printed`,
  }
  const problem = begin.error ?? error
  const isUnderWay = now !== undefined && !isOver(now.status)
  const share = now === undefined || now.messages === 0 ? 0 : now.done_messages / now.messages
  return (
    <Dialog
      title={ids === null ? t`Export everything` : t`${plural(ids.length, { one: "Export the conversation", other: "Export # conversations" })}`}
      isOpen
      onClose={onClose}
      footer={
        isUnderWay ? (
          <Button look="outline" onClick={() => void cancelExport(now.id)}>{t`Stop`}</Button>
        ) : (
          <Button look="solid" data-first-focus disabled={begin.isPending} onClick={() => begin.mutate({ ids, format, files: withFiles })}>
            {t`Export`}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <div className="flex flex-col items-start gap-1">
          <span aria-hidden="true" className="text-ui font-medium">{t`Format`}</span>
          <Select label={t`Format`} value={format} options={EXPORT_FORMATS.map((value) => ({ value, label: names[value] }))} onChange={setFormat} />
        </div>
        <label className="flex min-h-(--control) items-center gap-2 text-ui">
          <input type="checkbox" checked={withFiles} onChange={(event) => setWithFiles(event.target.checked)} className="size-4 accent-accent-solid" />
          {t`With the files of the messages, as a ZIP`}
        </label>
        {problem ? <Notice tone="danger">{problem.message}</Notice> : null}
        <div role="status" className="flex flex-col gap-2 text-ui text-text-2">
          {isUnderWay ? (
            <>
              <ProgressBar label={t`Exported`} share={share} />
              <p className="tabular-nums">{t`${now.done_conversations} of ${plural(now.conversations, { one: "# conversation", other: "# conversations" })}`}</p>
            </>
          ) : null}
          {now?.status === "failed" || now?.status === "interrupted" ? <p className="text-danger">{t`The export failed. Try it again.`}</p> : null}
          {now?.status === "cancelled" ? <p>{t`The export was stopped.`}</p> : null}
          {isDone ? (
            <p>
              {t`The file is ready.`}{" "}
              <a ref={link} href={exportAddress(now.id)} download={now.name} className="font-medium text-accent underline underline-offset-4">
                {t`Save it again`}
              </a>
            </p>
          ) : null}
        </div>
      </div>
    </Dialog>
  )
}
