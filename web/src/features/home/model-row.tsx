import { useLingui } from "@lingui/react/macro"
import type { Ref } from "react"
import type { Model } from "@/api/types"
import { ModelName } from "@/components/ui/model-name"
import { moveWithArrows } from "@/lib/roving"
import { formatContext, formatCount, formatWords } from "@/lib/format"
import { formatPrice } from "@/features/house/price"
import { useAbilityNames } from "@/features/house/use-ability-names"

const SHOWN_ALIASES = 2

interface ModelRowProps {
  ref: Ref<HTMLTableRowElement>
  /** Its place among all rows, drawn or not. */
  position: number
  model: Model
  voice: number
  isChosen: boolean
  /** Whether it is the tab stop of its list. */
  isStop: boolean
  onChoose: (model: string) => void
}

/** One model: its name, aliases, window, price and abilities. Its name chooses it. */
export function ModelRow({ ref, position, model, voice, isChosen, isStop, onChoose }: ModelRowProps) {
  const { t, i18n } = useLingui()
  const abilities = useAbilityNames()
  const hidden = model.aliases.slice(SHOWN_ALIASES)
  return (
    <tr
      ref={ref}
      data-index={position}
      aria-rowindex={position + 2}
      className={`border-b border-border last:border-0 ${isChosen ? "bg-selected" : ""}`}
    >
      <th scope="row" className="relative p-0 text-start font-normal">
        <button
          type="button"
          data-roving
          tabIndex={isStop ? 0 : -1}
          onKeyDown={moveWithArrows}
          aria-pressed={isChosen}
          title={t`Use in the examples`}
          onClick={() => onChoose(model.id)}
          className="quick flex min-h-(--row) w-full min-w-0 items-center gap-2 py-1.5 ps-2 text-start -outline-offset-2 hover:bg-hover"
        >
          <span aria-hidden="true" data-voice={voice} className="voice-bar h-4 w-[3px] shrink-0 rounded-full" />
          <ModelName id={model.id} />
          {model.aliases.slice(0, SHOWN_ALIASES).map((alias) => (
            <span key={alias} title={alias} className="max-w-32 min-w-8 truncate rounded-1 bg-accent-soft px-1 text-caption font-medium text-accent">
              {alias}
            </span>
          ))}
          {hidden.length > 0 ? (
            <span title={hidden.join(", ")} className="tabular shrink-0 text-caption text-text-2">
              +{formatCount(hidden.length, i18n.locale)}
            </span>
          ) : null}
        </button>
      </th>
      <td className="tabular py-1.5 text-end text-text-2 max-sm:pe-2">
        {model.context_tokens === null ? "" : formatContext(model.context_tokens, i18n.locale)}
      </td>
      <td className="tabular hidden py-1.5 text-end text-text-2 sm:table-cell">
        {model.priced ? (
          <span dir="ltr">
            {formatPrice(model.input_price, model.currency, i18n.locale)} /{" "}
            {formatPrice(model.output_price, model.currency, i18n.locale)}
          </span>
        ) : (
          t`unpriced`
        )}
      </td>
      <td className="hidden py-1.5 ps-4 pe-2 sm:table-cell">
        <span className="block truncate text-text-2">
          {formatWords(
            model.capabilities.map((capability) => abilities[capability] ?? capability),
            i18n.locale,
          )}
        </span>
      </td>
    </tr>
  )
}
