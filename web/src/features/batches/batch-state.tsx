import { useLingui } from "@lingui/react/macro"
import type { Batch } from "@/api/types"
import { Chip } from "@/components/ui/chip"

const TONES = {
  validating: "plain",
  running: "accent",
  cancelling: "warning",
  finalizing: "accent",
  completed: "success",
  failed: "danger",
  expired: "warning",
  cancelled: "plain",
} as const satisfies Record<Batch["status"], unknown>

interface BatchStateProps {
  state: Batch["status"]
}

/** How a batch is, in a word. */
export function BatchState({ state }: BatchStateProps) {
  const { t } = useLingui()
  const words: Record<Batch["status"], string> = {
    validating: t`Being read`,
    running: t`Running`,
    cancelling: t`Stopping`,
    finalizing: t`Writing answers`,
    completed: t`Completed`,
    failed: t`Refused`,
    expired: t`Out of time`,
    cancelled: t`Stopped`,
  }
  return <Chip tone={TONES[state]}>{words[state]}</Chip>
}
