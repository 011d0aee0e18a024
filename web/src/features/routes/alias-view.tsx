import { Trans, useLingui } from "@lingui/react/macro"
import type { Ref } from "react"
import type { Alias } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Chip } from "@/components/ui/chip"
import { ModelName } from "@/components/ui/model-name"
import type { RowPlace } from "@/components/ui/row-list"
import { ShareBar } from "@/features/routes/share-bar"
import { sharesOf } from "@/features/routes/shares"
import { TargetList } from "@/features/routes/target-list"
import { useConditionText } from "@/features/routes/use-condition-text"
import { useStrategyNames } from "@/features/routes/use-strategy-names"
import { formatShare } from "@/lib/format"
import { moveWithArrows } from "@/lib/roving"
import type { Voice } from "@/lib/voices"

interface AliasViewProps {
  ref: Ref<HTMLLIElement>
  alias: Alias
  place: RowPlace
  voices: ReadonlyMap<string, Voice>
  isChosen: boolean
  onExplain: (name: string) => void
  onChange: (name: string) => void
}

/** One alias as a request meets it: its rules in order, then its split, then its targets, and its mirror. */
export function AliasView({ ref, alias, place, voices, isChosen, onExplain, onChange }: AliasViewProps) {
  const { t, i18n } = useLingui()
  const strategies = useStrategyNames()
  const say = useConditionText()
  const rules = alias.rules ?? []
  const variants = alias.split?.variants ?? []
  const shares = sharesOf(variants)
  const units = { key: t`each key`, user: t`each user`, conversation: t`each conversation`, request: t`nobody` } as const
  const voiceOf = (model: string | undefined): number => voices.get(model?.split("/")[0] ?? "") ?? 6
  return (
    <li
      ref={ref}
      data-index={place.position}
      aria-posinset={place.position + 1}
      aria-setsize={place.count}
      className="relative border-b border-border py-4 last:border-0"
    >
      {isChosen ? <span aria-hidden="true" className="absolute inset-y-5 start-0 w-[3px] rounded-full bg-accent" /> : null}
      <div className="flex flex-col gap-3 px-3">
        <div className="flex min-h-(--control) flex-wrap items-center gap-x-3 gap-y-1">
          <h2 dir="ltr" title={alias.name} className="min-w-0 truncate text-body font-semibold">
            {alias.name}
          </h2>
          <Chip>{strategies[alias.strategy ?? "priority"]}</Chip>
          {alias.cache ? <Chip>{t`cached`}</Chip> : null}
          <span className="ms-auto flex items-center gap-3">
            <span className="text-caption text-text-2">{alias.source === "file" ? t`settings file` : t`made here`}</span>
            {alias.source === "file" ? null : (
              <Button
                size="small"
                look="outline"
                data-roving
                tabIndex={-1}
                onKeyDown={moveWithArrows}
                aria-label={t`Change ${alias.name}`}
                onClick={() => onChange(alias.name)}
              >
                {t`Change`}
              </Button>
            )}
            <Button
              size="small"
              look="outline"
              data-roving
              tabIndex={place.isStop ? 0 : -1}
              onKeyDown={moveWithArrows}
              aria-label={t`Explain ${alias.name}`}
              aria-pressed={isChosen}
              onClick={() => onExplain(alias.name)}
            >
              {t`Explain`}
            </Button>
          </span>
        </div>
        {rules.length > 0 ? (
          <ol className="flex flex-col gap-2">
            {rules.map((rule, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rules have an order, not always a name
              <li key={index} className="grid grid-cols-1 gap-x-4 gap-y-1 rounded-2 bg-sunken px-3 py-2 sm:grid-cols-2">
                <p className="text-ui wrap-anywhere text-text-2">
                  <span className="font-medium text-text">{rule.name || t`Rule ${index + 1}`}</span>{" "}
                  <Trans>when {say(rule.when)}</Trans>
                </p>
                <TargetList targets={rule.targets} strategy={rule.strategy ?? "priority"} voices={voices} />
              </li>
            ))}
          </ol>
        ) : null}
        {alias.split && variants.length > 0 ? (
          <div className="flex flex-col gap-2 rounded-2 bg-sunken px-3 py-3">
            <ShareBar
              parts={variants.map((variant, index) => ({
                name: variant.name,
                share: shares[index] ?? 0,
                voice: voiceOf(variant.targets[0]?.model),
              }))}
            />
            <p className="text-caption text-text-2">
              {alias.split.by === "request" ? t`Drawn anew for each request.` : t`Kept for ${units[alias.split.by ?? "key"]}.`}
            </p>
            {variants.map((variant, index) => (
              <div key={variant.name} className="grid grid-cols-1 gap-x-4 sm:grid-cols-2">
                <p className="flex min-h-7 items-center gap-2 text-ui">
                  <span className="min-w-0 truncate font-medium">{variant.name}</span>
                  <span className="tabular text-text-2">{formatShare(shares[index] ?? 0, 1, i18n.locale)}</span>
                </p>
                <TargetList targets={variant.targets} strategy="priority" voices={voices} />
              </div>
            ))}
          </div>
        ) : null}
        <div className="grid grid-cols-1 gap-x-4 px-3 sm:grid-cols-2">
          <p className="flex min-h-7 items-center text-ui text-text-2">
            {alias.split ? t`When a variant fails` : rules.length > 0 ? t`Otherwise` : t`Always`}
          </p>
          <TargetList targets={alias.targets} strategy={alias.strategy ?? "priority"} voices={voices} />
        </div>
        {alias.mirror ? (
          <p className="flex flex-wrap items-center gap-x-2 px-3 text-ui text-text-2">
            <Trans>A copy of {formatShare(alias.mirror.share ?? 1, 1, i18n.locale)} goes to</Trans>
            <ModelName id={alias.mirror.model} />
          </p>
        ) : null}
      </div>
    </li>
  )
}
