import { useLingui } from "@lingui/react/macro"
import { Columns2, Star } from "lucide-react"
import { Button } from "@/components/ui/button"
import { useAbilityNames } from "@/features/house/use-ability-names"
import { formatPrice } from "@/features/house/price"
import type { Option } from "@/features/models/picker/options"
import { formatContext, formatWords } from "@/lib/format"

interface ModelDetailsProps {
  option: Option
  isFavourite: boolean
  isChosen: boolean
  /** Whether it can be put beside those that are chosen, or taken from them. */
  canToggle: boolean
  onFavourite: () => void
  onBeside: () => void
}

/** What is known of the model the keys are at, and what else can be done with it. */
export function ModelDetails({ option, isFavourite, isChosen, canToggle, onFavourite, onBeside }: ModelDetailsProps) {
  const { t, i18n } = useLingui()
  const names = useAbilityNames()
  const { model } = option
  const abilities = [...new Set(model.capabilities.flatMap((one) => names[one] ?? []))]
  const price = (amount: string | null): string => formatPrice(amount, model.currency, i18n.locale)
  const facts = [
    formatWords(abilities, i18n.locale),
    model.context_tokens === null ? "" : t`${formatContext(model.context_tokens, i18n.locale)} tokens of context`,
    model.priced ? t`${price(model.input_price)} in, ${price(model.output_price)} out per million` : t`no price known`,
  ].filter((fact) => fact !== "")
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-t border-border px-3 py-2">
      <p className="min-w-40 flex-1 text-caption text-text-2">{facts.join(" · ")}</p>
      <Button size="small" aria-pressed={isFavourite} onClick={onFavourite}>
        <Star aria-hidden="true" className={`size-3.5 ${isFavourite ? "fill-current" : ""}`} />
        {isFavourite ? t`Favourite` : t`Make favourite`}
      </Button>
      <Button size="small" disabled={!canToggle} onClick={onBeside}>
        <Columns2 aria-hidden="true" className="size-3.5" />
        {isChosen ? t`Take away` : t`Side by side`}
      </Button>
    </div>
  )
}
