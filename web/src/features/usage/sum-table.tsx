import { useLingui } from "@lingui/react/macro"
import { costsOf, timeOf } from "@/features/usage/measures"
import type { Sum } from "@/features/usage/sums"
import { formatCount } from "@/lib/format"

interface SumTableProps {
  label: string
  /** What the rows are. */
  first: string
  rows: readonly (readonly [string, Sum])[]
}

/** Sums as a table: what the chart shows, to be read. */
export function SumTable({ label, first, rows }: SumTableProps) {
  const { t, i18n } = useLingui()
  const { locale } = i18n
  const cell = "p-2 text-end tabular-nums whitespace-nowrap"
  const amounts = [t`Requests`, t`Errors`, t`Tokens in`, t`Tokens out`, t`Cost`]
  const names = [...amounts, t`Time p50`, t`Time p95`, t`First token p50`, t`First token p95`]
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and the keyboard has to reach it
    <div role="region" aria-label={label} tabIndex={0} className="max-h-96 overflow-auto rounded-2 border border-border">
      <table className="w-full text-ui">
        <thead className="bg-canvas text-caption text-text-2">
          <tr>
            <th scope="col" className="p-2 text-start font-medium">{first}</th>
            {names.map((name) => (
              <th key={name} scope="col" className="p-2 text-end font-medium">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, sum]) => (
            <tr key={name} className="border-t border-border">
              <th scope="row" className="min-w-24 p-2 text-start font-normal wrap-anywhere"><bdi>{name}</bdi></th>
              <td className={cell}>{formatCount(sum.requests, locale)}</td>
              <td className={cell}>{formatCount(sum.errors, locale)}</td>
              <td className={cell}>{formatCount(sum.inputTokens, locale)}</td>
              <td className={cell}>{formatCount(sum.outputTokens, locale)}</td>
              <td className={cell}>{costsOf(sum, locale) || (sum.unpriced > 0 ? t`no price` : "–")}</td>
              <td className={cell}>{timeOf(sum.duration?.p50_ms, locale)}</td>
              <td className={cell}>{timeOf(sum.duration?.p95_ms, locale)}</td>
              <td className={cell}>{timeOf(sum.firstToken?.p50_ms, locale)}</td>
              <td className={cell}>{timeOf(sum.firstToken?.p95_ms, locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
