import { useLingui } from "@lingui/react/macro"
import type { ApiKey } from "@/api/types"
import { TextField } from "@/components/ui/text-field"
import { amountOf } from "@/features/keys/key-limits"

interface KeyFieldsProps {
  limits: ApiKey["limits"] | null
}

/** What a key may use; left empty, it may use as much as it likes. */
export function KeyFields({ limits }: KeyFieldsProps) {
  const { t } = useLingui()
  const whole = { isOptional: true, inputMode: "numeric", pattern: "[0-9]+" } as const
  const currency = limits?.budget_currency ?? "USD"
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField name="requests" label={t`Requests a minute`} initial={limits?.requests_per_minute?.toString()} {...whole} />
      <TextField name="tokens" label={t`Tokens a minute`} initial={limits?.tokens_per_minute?.toString()} {...whole} />
      <TextField name="concurrency" label={t`At the same time`} initial={limits?.concurrency?.toString()} {...whole} />
      <TextField
        name="budget"
        label={t`Budget a month, in ${currency}`}
        initial={amountOf(limits?.budget_e10 ?? null)}
        isOptional
        inputMode="decimal"
        pattern="[0-9]+([.][0-9]+)?"
      />
    </div>
  )
}
