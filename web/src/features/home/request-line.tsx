import { useLingui } from "@lingui/react/macro"
import type { RequestRow } from "@/api/types"
import { isFailure } from "@/features/home/score-height"
import { formatCompact, formatDuration, formatMoment, formatMoney } from "@/lib/format"

interface RequestLineProps {
  row: RequestRow
  voice: number
  now: number
}

/** One request of the table. */
export function RequestLine({ row, voice, now }: RequestLineProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const failed = isFailure(row)
  const word = failed
    ? row.status === "interrupted"
      ? t`Broke off`
      : String(row.http_status)
    : row.status === "cancelled"
      ? t`Cut by client`
      : row.cache === "hit"
        ? t`From cache`
        : t`Done`
  return (
    <tr id={row.request_id} className="border-b border-border last:border-0">
      <td className="tabular h-(--row) truncate py-1.5 text-text-2">
        {formatMoment(row.started_at_ms, now, locale)}
      </td>
      <th scope="row" className="truncate py-1.5 pe-3 text-start font-medium">
        <span className="flex min-w-0 items-center gap-2">
          <span aria-hidden="true" data-voice={voice} className="voice-bar h-4 w-[3px] shrink-0 rounded-full" />
          <span dir="ltr" className="truncate" title={row.model ?? row.asked_model}>
            {row.asked_model}
          </span>
        </span>
      </th>
      <td className="hidden truncate py-1.5 pe-3 text-text-2 sm:table-cell">{row.key_name ?? t`owner`}</td>
      <td className={`truncate py-1.5 ${failed ? "text-danger" : "text-text-2"}`} title={row.error_code ?? undefined}>
        {word}
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
