import { Plural, useLingui } from "@lingui/react/macro"
import type { Model } from "@/api/types"
import { Chip } from "@/components/ui/chip"
import { ModelName } from "@/components/ui/model-name"
import { formatPrice } from "@/features/house/price"
import { formatContext } from "@/lib/format"

interface ModelFaceProps {
  model: Model
  voice: number
  /** Whether a person wrote its price. */
  isOwnPrice: boolean
  /** How many requests to it had no price. */
  unpriced: number
}

/** A model on a row: its name, who else it answers to, its window and its price. */
export function ModelFace({ model, voice, isOwnPrice, unpriced }: ModelFaceProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  return (
    <>
      <span aria-hidden="true" data-voice={voice} className="voice-bar h-6 w-[3px] shrink-0 rounded-full" />
      <span className="flex min-w-0 flex-1 flex-col">
        <ModelName id={model.id} />
        {model.aliases.length > 0 || unpriced > 0 ? (
          <span className="truncate text-caption text-text-2">
            {unpriced > 0 ? <Plural value={unpriced} one="# request without a price" other="# requests without a price" /> : null}
            {unpriced > 0 && model.aliases.length > 0 ? " · " : null}
            <bdi>{model.aliases.join(", ")}</bdi>
          </span>
        ) : null}
      </span>
      <span className="tabular hidden w-16 shrink-0 text-end text-text-2 sm:block">
        {model.context_tokens === null ? "" : formatContext(model.context_tokens, locale)}
      </span>
      <span className="tabular flex shrink-0 items-center justify-end gap-2 text-end text-text-2 sm:w-44">
        {isOwnPrice ? <Chip tone="accent">{t`yours`}</Chip> : null}
        {model.priced ? (
          <span dir="ltr">
            {formatPrice(model.input_price, model.currency, locale)} / {formatPrice(model.output_price, model.currency, locale)}
          </span>
        ) : (
          t`unpriced`
        )}
      </span>
    </>
  )
}
