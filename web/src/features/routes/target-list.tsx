import { useLingui } from "@lingui/react/macro"
import type { Alias } from "@/api/types"
import { ModelName } from "@/components/ui/model-name"
import { sharesOf } from "@/features/routes/shares"
import { formatShare } from "@/lib/format"
import type { Voice } from "@/lib/voices"

interface TargetListProps {
  targets: Alias["targets"]
  strategy: string
  voices: ReadonlyMap<string, Voice>
}

/** Where something goes: each target beside its provider's bar, with its share or its rank. */
export function TargetList({ targets, strategy, voices }: TargetListProps) {
  const { t, i18n } = useLingui()
  const shares = sharesOf(targets)
  return (
    <ul className="flex min-w-0 flex-col">
      {targets.map((target, index) => (
        <li key={target.model} className="flex min-h-7 items-center gap-2 text-ui">
          <span
            aria-hidden="true"
            data-voice={voices.get(target.model.split("/")[0] ?? "") ?? 6}
            className="voice-bar h-4 w-[3px] shrink-0 rounded-full"
          />
          <ModelName id={target.model} />
          <span className="tabular ms-auto shrink-0 text-caption text-text-2">
            {strategy === "weight" && targets.length > 1 ? formatShare(shares[index] ?? 0, 1, i18n.locale) : null}
            {target.priority ? t`rank ${target.priority}` : null}
          </span>
        </li>
      ))}
    </ul>
  )
}
