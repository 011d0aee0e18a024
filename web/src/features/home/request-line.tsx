import { useLingui } from "@lingui/react/macro"
import { Route } from "lucide-react"
import type { RequestRow } from "@/api/types"
import { isFailure } from "@/features/house/is-failure"
import { isRouted } from "@/features/house/is-routed"
import { useOperationNames } from "@/features/house/use-operation-names"
import { useResultWord } from "@/features/house/use-result-word"
import { formatCompact, formatDuration, formatMoment, formatMoney } from "@/lib/format"
import { moveWithArrows } from "@/lib/roving"

interface RequestLineProps {
  row: RequestRow
  voice: number
  now: number
  /** Whether it is the tab stop of its list. */
  isStop: boolean
  onShow: (requestId: string) => void
}

/** One request of the table; its name opens what is known of it. */
export function RequestLine({ row, voice, now, isStop, onShow }: RequestLineProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const nameOf = useOperationNames()
  const wordOf = useResultWord()
  const failed = isFailure(row)
  return (
    <tr id={row.request_id} className="border-b border-border last:border-0">
      <td className="tabular h-(--row) truncate py-1.5 text-text-2">
        {formatMoment(row.started_at_ms, now, locale)}
      </td>
      <th scope="row" className="p-0 pe-3 text-start font-medium">
        <button
          type="button"
          data-roving
          tabIndex={isStop ? 0 : -1}
          onKeyDown={moveWithArrows}
          onClick={() => onShow(row.request_id)}
          title={row.why ?? row.model ?? row.asked_model}
          className="quick flex min-h-(--row) w-full min-w-0 items-center gap-2 rounded-1 py-1.5 text-start -outline-offset-2 hover:bg-hover"
        >
          <span aria-hidden="true" data-voice={voice} className="voice-bar h-4 w-[3px] shrink-0 rounded-full" />
          <span dir="ltr" className="truncate">
            {row.asked_model}
          </span>
          {row.operation === "chat" ? null : (
            <span className="shrink-0 text-caption font-normal text-text-2">{nameOf(row.operation)}</span>
          )}
          {isRouted(row) ? (
            <Route aria-label={t`Chosen by a route`} className="size-3.5 shrink-0 text-text-3" strokeWidth={1.75} />
          ) : null}
        </button>
      </th>
      <td className="hidden truncate py-1.5 pe-3 text-text-2 sm:table-cell">{row.key_name ?? t`owner`}</td>
      <td className={`truncate py-1.5 ${failed ? "text-danger" : "text-text-2"}`} title={row.error_code ?? undefined}>
        {wordOf(row)}
      </td>
      <td className="tabular hidden py-1.5 text-end text-text-2 sm:table-cell">
        <span dir="ltr">
          {formatCompact(row.input_tokens, locale)} / {formatCompact(row.output_tokens, locale)}
        </span>
      </td>
      <td className="tabular hidden py-1.5 ps-2 text-end text-text-2 sm:table-cell">
        {row.cost_e10 === null ? t`unpriced` : formatMoney(row.cost_e10, row.currency, locale)}
      </td>
      <td className="tabular py-1.5 text-end text-text-2">{formatDuration(row.duration_ms, locale)}</td>
    </tr>
  )
}
