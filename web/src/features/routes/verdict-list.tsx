import { useLingui } from "@lingui/react/macro"
import type { Explanation } from "@/api/types"
import { ModelName } from "@/components/ui/model-name"
import { formatDuration, formatMoney, formatShare } from "@/lib/format"
import type { Voice } from "@/lib/voices"

interface VerdictListProps {
  targets: Explanation["targets"]
  voices: ReadonlyMap<string, Voice>
}

/** The targets in the order to try them, each with what it was weighed by, then those that are passed over. */
export function VerdictList({ targets, voices }: VerdictListProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  return (
    <ol className="flex flex-col gap-1">
      {targets.map((one) => {
        const facts = [
          one.estimate_e10 === null ? t`unpriced` : formatMoney(one.estimate_e10, one.currency ?? "USD", locale),
          ...(one.first_token_ms === null ? [] : [t`first words after ${formatDuration(one.first_token_ms, locale)}`]),
          ...(one.used > 0 ? [t`${formatShare(one.used, 1, locale)} of its limits used`] : []),
          ...(one.breaker === "closed" ? [] : [t`out for failures`]),
          ...(one.region ? [one.region] : []),
        ]
        const isOut = one.place === null
        return (
          <li key={one.target} className={`flex gap-2 rounded-2 px-2 py-1.5 text-ui ${isOut ? "" : "bg-raised"}`}>
            <span className="tabular w-4 shrink-0 text-end text-text-2">{isOut ? "–" : one.place}</span>
            <span
              aria-hidden="true"
              data-voice={voices.get(one.target.split("/")[0] ?? "") ?? 6}
              className={`mt-0.5 h-4 w-[3px] shrink-0 rounded-full ${isOut ? "bg-border-strong" : "voice-bar"}`}
            />
            <span className="flex min-w-0 flex-col">
              <ModelName id={one.target} />
              {one.reason ? (
                <span dir="auto" className="text-caption wrap-anywhere text-warning">
                  {one.reason}
                </span>
              ) : null}
              <span className="tabular text-caption wrap-anywhere text-text-2">{facts.join(" · ")}</span>
            </span>
          </li>
        )
      })}
    </ol>
  )
}
