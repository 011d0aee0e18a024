import { useLingui } from "@lingui/react/macro"
import { CircleCheck, CircleDashed, CircleMinus, CircleX, KeyRound, TriangleAlert } from "lucide-react"
import type { ProviderState } from "@/api/types"

const LOOKS = {
  healthy: { Icon: CircleCheck, colour: "text-success" },
  degraded: { Icon: TriangleAlert, colour: "text-warning" },
  down: { Icon: CircleX, colour: "text-danger" },
  unknown: { Icon: CircleDashed, colour: "text-text-3" },
  disabled: { Icon: CircleMinus, colour: "text-text-3" },
  "needs-credential": { Icon: KeyRound, colour: "text-warning" },
} as const satisfies Record<ProviderState, unknown>

interface ProviderStateLabelProps {
  state: ProviderState
}

/** How a provider does: a word and a shape, so that colour is not needed to tell. */
export function ProviderStateLabel({ state }: ProviderStateLabelProps) {
  const { t } = useLingui()
  const words: Record<ProviderState, string> = {
    healthy: t`Healthy`,
    degraded: t`Failing at times`,
    down: t`Down`,
    unknown: t`Not tried yet`,
    disabled: t`Switched off`,
    "needs-credential": t`Needs a key`,
  }
  const { Icon, colour } = LOOKS[state]
  return (
    <span className={`inline-flex items-center gap-1.5 text-ui whitespace-nowrap ${colour}`}>
      <Icon aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={2} />
      {words[state]}
    </span>
  )
}
