import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { ProgressBar } from "@/components/ui/progress-bar"
import type { Import } from "@/features/conversations/exchange/api/imports"

interface ImportProgressProps {
  fileName: string
  /** Undefined while the file is on its way. */
  now: Import | undefined
  /** From 0 to 1 while it is on its way. */
  sentPart: number | null
}

/** How far an import is, and what came of it. */
export function ImportProgress({ fileName, now, sentPart }: ImportProgressProps) {
  const { t } = useLingui()
  const totals = now?.totals
  const title = (): string => {
    if (now === undefined) return t`Sending ${fileName}`
    if (now.status === "running") return now.dry_run ? t`Reading ${fileName}` : t`Importing ${fileName}`
    if (now.status === "cancelled") return t`Stopped. What came in before stays.`
    if (now.status === "failed") return now.problem?.message ?? t`The import failed.`
    return now.dry_run ? t`This is what an import of ${fileName} would do:` : t`${fileName} is imported.`
  }
  return (
    <div role="status" className="flex flex-col gap-2 text-ui">
      <p dir="auto" className={`text-start font-medium wrap-anywhere ${now?.status === "failed" ? "text-danger" : ""}`}>
        {title()}
      </p>
      {sentPart === null ? null : <ProgressBar label={t`Sent`} share={sentPart} />}
      {totals ? (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-text-2 tabular-nums">
          <li>{t`${plural(totals.added, { one: "# new conversation", other: "# new conversations" })}`}</li>
          <li>{t`${plural(totals.grown, { one: "# that has grown", other: "# that have grown" })}`}</li>
          <li>{t`${plural(totals.unchanged, { one: "# already here", other: "# already here" })}`}</li>
          <li>{t`${plural(totals.skipped, { one: "# passed over", other: "# passed over" })}`}</li>
          <li>{t`${plural(totals.messages_added, { one: "# new message", other: "# new messages" })}`}</li>
          {totals.files_added > 0 ? <li>{t`${plural(totals.files_added, { one: "# file", other: "# files" })}`}</li> : null}
        </ul>
      ) : null}
    </div>
  )
}
