import { useLingui } from "@lingui/react/macro"
import { Check, Star } from "lucide-react"
import type { Provider } from "@/api/types"
import { ModelName } from "@/components/ui/model-name"
import type { Option } from "@/features/models/picker/options"
import { formatContext } from "@/lib/format"

interface ModelOptionProps {
  option: Option
  isChosen: boolean
  isFavourite: boolean
  state: Provider["state"] | undefined
}

/** One model of the list: its name, whether it can be reached, and how much it can be told. */
export function ModelOption({ option, isChosen, isFavourite, state }: ModelOptionProps) {
  const { t, i18n } = useLingui()
  const { model, name } = option
  const isAway = state !== undefined && state !== "healthy" && state !== "unknown"
  return (
    <>
      <Check aria-hidden="true" className={`size-4 shrink-0 text-accent ${isChosen ? "" : "invisible"}`} />
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        <ModelName id={name} />
        {name === model.id ? null : (
          <span dir="ltr" className="min-w-0 truncate text-caption text-text-2">
            {model.id}
          </span>
        )}
      </span>
      {isFavourite ? <Star aria-label={t`favourite`} className="size-3.5 shrink-0 fill-current text-text-2" /> : null}
      {isAway ? <span className="shrink-0 text-caption font-medium text-warning">{awayWord(state, t)}</span> : null}
      {model.context_tokens === null ? null : (
        <span className="tabular shrink-0 text-caption text-text-2">{formatContext(model.context_tokens, i18n.locale)}</span>
      )}
    </>
  )
}

function awayWord(state: Provider["state"], t: ReturnType<typeof useLingui>["t"]): string {
  if (state === "down") return t`Down`
  if (state === "disabled") return t`Switched off`
  return state === "needs-credential" ? t`Needs a key` : t`Failing at times`
}
