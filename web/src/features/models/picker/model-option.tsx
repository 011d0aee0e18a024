import { useLingui } from "@lingui/react/macro"
import { Check, Star } from "lucide-react"
import type { Provider } from "@/api/types"
import { ModelName } from "@/components/ui/model-name"
import { PointerTarget } from "@/components/ui/pointer-target"
import type { Option } from "@/features/models/picker/options"
import { formatContext } from "@/lib/format"

interface ModelOptionProps {
  option: Option
  isChosen: boolean
  isFavourite: boolean
  /** Whether it can be put beside those that are chosen, or taken from them. */
  canToggle: boolean
  state: Provider["state"] | undefined
  onBeside: () => void
  onFavourite: () => void
}

/**
 * One model of the list: its name, whether it can be reached, and how much it can be told. Its tick puts it beside
 * others and its star makes it a favourite, as the buttons below the list do for keys and screen readers.
 */
export function ModelOption({ option, isChosen, isFavourite, canToggle, state, onBeside, onFavourite }: ModelOptionProps) {
  const { t, i18n } = useLingui()
  const { model, name } = option
  const isAway = state !== undefined && state !== "healthy" && state !== "unknown"
  return (
    <>
      <PointerTarget title={isChosen ? t`Take away` : t`Side by side`} isDisabled={!canToggle} onPress={onBeside}>
        <span className={`grid size-4 place-items-center rounded-1 border ${isChosen ? CHOSEN : canToggle ? "border-border-strong" : "border-border"}`}>
          {isChosen ? <Check className="size-3" strokeWidth={3} /> : null}
        </span>
      </PointerTarget>
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        <ModelName id={name} />
        {name === model.id ? null : (
          <span dir="ltr" className="min-w-0 truncate text-caption text-text-2">
            {model.id}
          </span>
        )}
      </span>
      {isFavourite ? <span className="sr-only">{t`favourite`}</span> : null}
      {isAway ? <span className="shrink-0 text-caption font-medium text-warning">{awayWord(state, t)}</span> : null}
      {model.context_tokens === null ? null : (
        <span className="tabular shrink-0 text-caption text-text-2">{formatContext(model.context_tokens, i18n.locale)}</span>
      )}
      <PointerTarget title={isFavourite ? t`Favourite` : t`Make favourite`} onPress={onFavourite}>
        <Star className={`size-3.5 text-text-2 ${isFavourite ? "fill-current" : "opacity-0 group-hover/option:opacity-100 group-data-active/option:opacity-100 pointer-coarse:opacity-100"}`} />
      </PointerTarget>
    </>
  )
}

const CHOSEN = "border-accent-solid bg-accent-solid text-on-accent"

function awayWord(state: Provider["state"], t: ReturnType<typeof useLingui>["t"]): string {
  if (state === "down") return t`Down`
  if (state === "disabled") return t`Switched off`
  return state === "needs-credential" ? t`Needs a key` : t`Failing at times`
}
