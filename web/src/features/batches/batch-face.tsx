import { useLingui } from "@lingui/react/macro"
import type { Batch } from "@/api/types"
import { ProgressBar } from "@/components/ui/progress-bar"
import { BatchState } from "@/features/batches/batch-state"
import { doneLines, failedLines, shareOf } from "@/features/batches/progress"
import { formatCount, formatMinute } from "@/lib/format"

interface BatchFaceProps {
  batch: Batch
  now: number
}

/** A batch on a row: when it came, what it asks, how far it is. */
export function BatchFace({ batch, now }: BatchFaceProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const done = formatCount(doneLines(batch), locale)
  const failed = failedLines(batch)
  const made = formatMinute(batch.created_at_ms, now, locale)
  return (
    <>
      <span className="tabular hidden w-20 shrink-0 text-text-2 sm:block">{made}</span>
      <span className="flex min-w-0 flex-1 flex-col gap-1">
        <span dir="ltr" className="truncate font-medium rtl:text-end">
          {batch.endpoint}
        </span>
        <ProgressBar
          label={t`Lines done`}
          share={shareOf(doneLines(batch), batch)}
          failed={shareOf(failed, batch)}
        />
        <span className="tabular text-caption text-text-2">
          <span className="sm:hidden">{`${made} · `}</span>
          {t`${done} of ${formatCount(batch.lines, locale)}`}
          {failed > 0 ? <span className="text-danger">{` · ${t`${formatCount(failed, locale)} failed`}`}</span> : null}
        </span>
      </span>
      <span className="hidden w-24 truncate text-text-2 sm:block">{batch.key_name ?? t`owner`}</span>
      <span className="flex shrink-0 sm:w-30 justify-end">
        <BatchState state={batch.status} />
      </span>
    </>
  )
}
