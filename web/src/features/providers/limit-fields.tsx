import { useLingui } from "@lingui/react/macro"
import { TextField } from "@/components/ui/text-field"

interface LimitFieldsProps {
  errorOf: (field: string) => string | null
}

/** Where a provider works, what it promises, and what it is sent at most. */
export function LimitFields({ errorOf }: LimitFieldsProps) {
  const { t } = useLingui()
  const limits = [
    ["requests_per_minute", t`Requests a minute`],
    ["tokens_per_minute", t`Tokens a minute`],
    ["concurrency", t`At once`],
  ] as const
  return (
    <>
      <div className="grid grid-cols-1 gap-5 sm:grid-cols-3 sm:gap-3">
        {limits.map(([name, label]) => (
          <TextField
            key={name}
            name={name}
            label={label}
            type="number"
            inputMode="numeric"
            placeholder={t`no limit`}
            error={errorOf(name)}
          />
        ))}
      </div>
      <div className="grid grid-cols-1 gap-5 sm:grid-cols-2 sm:gap-3">
        <TextField name="region" label={t`Region`} isCode placeholder="eu-central-1" error={errorOf("region")} />
        <TextField name="promises" label={t`Promises`} isCode placeholder="no-training" error={errorOf("promises")} />
      </div>
    </>
  )
}
