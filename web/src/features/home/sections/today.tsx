import { Plural, useLingui } from "@lingui/react/macro"
import type { ReactNode } from "react"
import type { RequestRow, Status } from "@/api/types"
import { Section } from "@/components/ui/section"
import { Score } from "@/features/home/score"
import { isOnlyUnpriced } from "@/features/house/spend"
import { OtherCosts } from "@/features/house/other-costs"
import { formatCompact, formatDuration, formatMoney, formatShare } from "@/lib/format"
import { median } from "@/lib/median"
import type { Voice } from "@/lib/voices"

interface TodayProps {
  status: Status | undefined
  requests: readonly RequestRow[] | undefined
  voices: ReadonlyMap<string, Voice>
  onShowRequest: (requestId: string) => void
}

interface FigureProps {
  label: string
  value: string | null
  detail: ReactNode
}

function Figure({ label, value, detail }: FigureProps) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5 border-border py-3 pe-3 even:border-s even:ps-4 max-sm:[&:nth-child(n+3)]:border-t sm:not-first:border-s sm:not-first:ps-4">
      <dt className="text-caption text-text-3">{label}</dt>
      <dd className="flex flex-col">
        {value === null ? (
          <span className="skeleton my-1.5 h-4 w-16" />
        ) : (
          <span className="tabular tight text-h2 font-semibold">{value}</span>
        )}
        <span className="tabular min-h-4 text-caption text-text-3">{detail}</span>
      </dd>
    </div>
  )
}

/** What went through since midnight, and the score of the latest requests. */
export function Today({ status, requests, voices, onShowRequest }: TodayProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const today = status?.today
  const firstText = median((requests ?? []).flatMap((row) => row.first_token_ms ?? []))
  const tokens = today ? today.input_tokens + today.output_tokens : null
  return (
    <Section
      id="today"
      title={t`Today`}
      aside={
        firstText === null ? null : (
          <span className="tabular">{t`First words after ${formatDuration(firstText, locale)}, median`}</span>
        )
      }
    >
      <dl className="grid grid-cols-2 sm:grid-cols-4">
        <Figure
          label={t`Requests`}
          value={today ? formatCompact(today.requests, locale) : null}
          detail={status ? <Plural value={status.open_streams} one="# stream open" other="# streams open" /> : null}
        />
        <Figure
          label={t`Tokens`}
          value={tokens === null ? null : formatCompact(tokens, locale)}
          detail={
            today
              ? t`${formatCompact(today.input_tokens, locale)} in, ${formatCompact(today.output_tokens, locale)} out`
              : null
          }
        />
        <Figure
          label={t`Cost`}
          value={today ? (isOnlyUnpriced(today) ? t`unpriced` : formatMoney(today.cost_e10, today.currency, locale)) : null}
          detail={today ? <OtherCosts spent={today} /> : null}
        />
        <Figure
          label={t`Errors`}
          value={today ? formatCompact(today.errors, locale) : null}
          detail={today && today.errors > 0 ? formatShare(today.errors, today.requests, locale) : null}
        />
      </dl>
      {requests && requests.length > 0 ? <Score rows={requests} voices={voices} onShow={onShowRequest} /> : null}
    </Section>
  )
}
