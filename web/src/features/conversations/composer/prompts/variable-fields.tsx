import { useLingui } from "@lingui/react/macro"
import { Select } from "@/components/ui/select"
import type { Variable } from "@/features/conversations/composer/prompts/api"
import { oneOf } from "@/lib/preferences"

interface VariableFieldsProps {
  variables: readonly Variable[]
  onChange: (variable: Variable) => void
}

const KINDS = ["text", "number", "select", "date", "boolean"] as const

/** What each place of a prompt takes, and how it is asked for. */
export function VariableFields({ variables, onChange }: VariableFieldsProps) {
  const { t } = useLingui()
  if (variables.length === 0) return null
  const names = { text: t`words`, number: t`a number`, select: t`one of several`, date: t`a date`, boolean: t`yes or no` }
  const look = "quick control min-w-32 flex-1 rounded-2 border border-border-strong bg-raised px-3 text-ui"
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-ui font-medium">{t`Places to fill in`}</legend>
      {variables.map((variable) => {
        const { name, kind = "text", label = "", options = [] } = variable
        return (
          <div key={name} className="flex flex-wrap items-center gap-2">
            <code dir="ltr" className="w-28 truncate text-ui">
              {name}
            </code>
            <Select
              label={t`What ${name} takes`}
              value={kind}
              options={KINDS.map((one) => ({ value: one, label: names[one] }))}
              onChange={(chosen) => onChange({ ...variable, kind: oneOf(KINDS, chosen) ?? "text", default: null })}
            />
            <input
              value={label}
              dir="auto"
              aria-label={t`How ${name} is asked for`}
              placeholder={t`Label`}
              onChange={(event) => onChange({ ...variable, label: event.target.value })}
              className={look}
            />
            {kind === "select" ? (
              <input
                value={options.join(", ")}
                dir="auto"
                aria-label={t`Choices for ${name}, with commas`}
                placeholder={t`Choices, with commas`}
                onChange={(event) =>
                  onChange({ ...variable, options: event.target.value.split(",").map((one) => one.trimStart()) })
                }
                className={look}
              />
            ) : null}
          </div>
        )
      })}
    </fieldset>
  )
}
