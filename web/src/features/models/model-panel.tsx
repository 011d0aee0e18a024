import { useLingui } from "@lingui/react/macro"
import type { Model, Price } from "@/api/types"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { PanelHead } from "@/components/ui/panel-head"
import { useAbilityNames } from "@/features/house/use-ability-names"
import { PriceGroup } from "@/features/models/price-group"
import { formatCount, formatWords } from "@/lib/format"
import { Link } from "@/router"

interface ModelPanelProps {
  model: Model
  /** The price that was written for exactly this model, if one is in force. */
  own: Price | undefined
  /** All prices that were written for it, past and coming ones too. */
  written: readonly Price[]
  onRemoved: (rows: readonly Price[]) => void
  onClose: () => void
}

/** One model: what it can do, what it costs and who says so. */
export function ModelPanel({ model, own, written, onRemoved, onClose }: ModelPanelProps) {
  const { t, i18n } = useLingui()
  const abilities = useAbilityNames()
  const locale = i18n.locale
  return (
    <>
      <PanelHead title={model.id} onClose={onClose} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Group
          title={t`What it is`}
          aside={
            <Link
              to="/settings/gateway"
              search={{ model: model.id }}
              hash="try"
              className="text-ui text-accent underline underline-offset-2 hover:text-accent-hover"
            >
              {t`Try it`}
            </Link>
          }
        >
          <dl>
            {model.aliases.length > 0 ? <Fact label={t`Aliases`}>{formatWords(model.aliases, locale)}</Fact> : null}
            {model.context_tokens === null ? null : (
              <Fact label={t`Context`}>{t`${formatCount(model.context_tokens, locale)} tokens`}</Fact>
            )}
            {model.max_output_tokens === null ? null : (
              <Fact label={t`Longest answer`}>{t`${formatCount(model.max_output_tokens, locale)} tokens`}</Fact>
            )}
            {model.capabilities.length > 0 ? (
              <Fact label={t`Abilities`}>
                {formatWords([...new Set(model.capabilities.map((one) => abilities[one] ?? one))], locale)}
              </Fact>
            ) : null}
          </dl>
        </Group>
        <PriceGroup model={model} own={own} written={written} onRemoved={onRemoved} />
      </div>
    </>
  )
}
