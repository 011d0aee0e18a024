import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { DropZone } from "@/features/conversations/exchange/drop-zone"
import { ImportProgress } from "@/features/conversations/exchange/import-progress"
import { ImportReport } from "@/features/conversations/exchange/import-report"
import { useImport } from "@/features/conversations/exchange/use-import"

/** Brings in conversations of other programs: drop a file, see what would come of it, take it in. */
export function ImportPanel() {
  const { t } = useLingui()
  const { file, now, sentPart, problem, tryOut, takeIn, stop, forget } = useImport()
  const isUnderWay = sentPart !== null || now?.status === "running"
  return (
    <div className="flex flex-col gap-4">
      <DropZone isBusy={isUnderWay} onFile={tryOut} />
      {file ? <ImportProgress fileName={file.name} now={now} sentPart={sentPart} /> : null}
      {problem ? <Notice tone="danger">{problem.message}</Notice> : null}
      {file ? (
        <div className="flex flex-wrap gap-2">
          {isUnderWay ? <Button look="outline" onClick={stop}>{t`Stop`}</Button> : null}
          {now?.status === "done" && now.dry_run ? <Button look="solid" onClick={takeIn}>{t`Import`}</Button> : null}
          {isUnderWay ? null : <Button look="outline" onClick={forget}>{t`Close the report`}</Button>}
        </div>
      ) : null}
      {now && now.status !== "running" ? <ImportReport id={now.id} notes={now.notes} isDry={now.dry_run} /> : null}
    </div>
  )
}
