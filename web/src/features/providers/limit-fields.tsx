import { useLingui } from "@lingui/react/macro"
import type { Provider } from "@/api/types"
import { TextField } from "@/components/ui/text-field"

interface LimitFieldsProps {
  /** What holds now; nothing for a provider that is being added. */
  provider?: Provider
  errorOf: (field: string) => string | null
}

/** Where a provider works, what it promises, and what it is sent at most. */
export function LimitFields({ provider, errorOf }: LimitFieldsProps) {
  const { t } = useLingui()
  const limits = [
    ["requests_per_minute", t`Requests a minute`],
    ["tokens_per_minute", t`Tokens a minute`],
    ["concurrency", t`At once`],
  ] as const
  return (
    <>
      <div className="grid grid-cols-1 items-end gap-5 sm:grid-cols-3 sm:gap-3">
        {limits.map(([name, label]) => (
          <TextField
            key={name}
            name={name}
            label={label}
            type="number"
            inputMode="numeric"
            placeholder={t`no limit`}
            initial={provider?.[name]?.toString() ?? ""}
            error={errorOf(name)}
          />
        ))}
      </div>
      <div className="grid grid-cols-1 items-end gap-5 sm:grid-cols-2 sm:gap-3">
        <TextField
          name="region"
          label={t`Works in`}
          isCode
          placeholder="eu"
          initial={provider?.region ?? ""}
          error={errorOf("region")}
        />
        <TextField
          name="promises"
          label={t`Promises`}
          isCode
          placeholder="no-training"
          initial={provider?.promises.join(", ") ?? ""}
          error={errorOf("promises")}
        />
      </div>
    </>
  )
}
