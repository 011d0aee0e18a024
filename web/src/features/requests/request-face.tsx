import { useLingui } from "@lingui/react/macro"
import { Route } from "lucide-react"
import type { RequestRow } from "@/api/types"
import { isFailure } from "@/features/house/is-failure"
import { isRouted } from "@/features/house/is-routed"
import { useOperationNames } from "@/features/house/use-operation-names"
import { useResultWord } from "@/features/house/use-result-word"
import { formatCompact, formatDuration, formatMoment, formatMoney } from "@/lib/format"

interface RequestFaceProps {
  row: RequestRow
  voice: number
  now: number
}

/** One request on a row: when, what was asked of whom, what became of it and what it took. */
export function RequestFace({ row, voice, now }: RequestFaceProps) {
  const { t, i18n } = useLingui()
  const nameOf = useOperationNames()
  const wordOf = useResultWord()
  const locale = i18n.locale
  const failed = isFailure(row)
  return (
    <>
      <span className="tabular w-20 shrink-0 text-text-2">{formatMoment(row.started_at_ms, now, locale)}</span>
      <span aria-hidden="true" data-voice={voice} className="voice-bar h-8 w-[3px] shrink-0 rounded-full" />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex min-w-0 items-center gap-2 font-medium">
          <span dir="ltr" title={row.asked_model} className="truncate">
            {row.asked_model}
          </span>
          {isRouted(row) ? (
            <Route aria-label={t`Chosen by a route`} className="size-3.5 shrink-0 text-text-2" strokeWidth={1.75} />
          ) : null}
        </span>
        <span className="truncate text-caption text-text-2">
          {nameOf(row.operation)} · {row.key_name ?? t`owner`}
        </span>
      </span>
      <span dir="ltr" className="tabular hidden w-26 shrink-0 text-end text-text-2 sm:block">
        {formatCompact(row.input_tokens, locale)} / {formatCompact(row.output_tokens, locale)}
      </span>
      <span className="tabular hidden w-20 shrink-0 text-end text-text-2 sm:block">
        {row.cost_e10 === null ? t`unpriced` : formatMoney(row.cost_e10, row.currency, locale)}
      </span>
      <span className="flex w-24 shrink-0 flex-col text-end">
        <span className={`truncate ${failed ? "text-danger" : "text-text-2"}`} title={row.error_code ?? undefined}>
          {wordOf(row)}
        </span>
        <span className="tabular text-caption text-text-2">{formatDuration(row.duration_ms, locale)}</span>
      </span>
    </>
  )
}
