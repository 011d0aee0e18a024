import { useLingui } from "@lingui/react/macro"
import { choose, useChosen } from "@/features/models/picker/chosen"
import { useDraft } from "@/live/hooks"
import { NEW } from "@/live/instance"

const MOST_SHOWN = 4

/** The models that were used last, to be asked again. */
export function RecentModels() {
  const { t } = useLingui()
  const { recent, model } = useChosen()
  const [draft, store] = useDraft(NEW)
  if (recent.length < 2) return null
  const isChosen = (name: string): boolean => (draft.models.length > 0 ? draft.models.includes(name) : name === model)
  return (
    <div role="group" aria-label={t`Recent models`} className="flex flex-wrap gap-2">
      {recent.slice(0, MOST_SHOWN).map((name) => (
        <button
          key={name}
          type="button"
          dir="ltr"
          aria-pressed={isChosen(name)}
          onClick={() => {
            store.change({ models: [] })
            choose((now) => ({ ...now, model: name }))
          }}
          className="quick min-h-[max(1.75rem,var(--target))] max-w-full truncate rounded-full border border-border-strong px-3 text-caption font-medium text-text-2 hover:bg-hover hover:text-text aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
        >
          {name}
        </button>
      ))}
    </div>
  )
}
