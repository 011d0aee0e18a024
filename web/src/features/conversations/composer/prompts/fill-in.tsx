import { useLingui } from "@lingui/react/macro"
import { useMutation } from "@tanstack/react-query"
import { useId } from "react"
import { Button } from "@/components/ui/button"
import { type Prompt, render, type Variable } from "@/features/conversations/composer/prompts/api"
import { valuesOf } from "@/features/conversations/composer/prompts/variables"

interface FillInProps {
  prompt: Prompt
  onText: (text: string) => void
}

/** Asks for each place of a prompt, and makes words of it. */
export function FillIn({ prompt, onText }: FillInProps) {
  const { t } = useLingui()
  const { variables } = prompt.shown
  const put = useMutation({
    mutationFn: (form: FormData) => render(prompt.id, valuesOf(variables, form)),
    onSuccess: onText,
  })
  return (
    <form
      className="flex flex-col gap-3 overflow-y-auto p-4"
      onSubmit={(event) => {
        event.preventDefault()
        // The box around it is a form, too.
        event.stopPropagation()
        put.mutate(new FormData(event.currentTarget))
      }}
    >
      <p className="text-ui font-semibold">
        <bdi>{prompt.name}</bdi>
      </p>
      {variables.map((variable, place) => (
        <Place key={variable.name} variable={variable} isFirst={place === 0} />
      ))}
      {put.error === null ? null : (
        <p role="alert" dir="auto" className="text-ui text-danger wrap-anywhere">
          {put.error.message}
        </p>
      )}
      <span className="flex justify-end">
        <Button look="solid" type="submit" disabled={put.isPending}>{t`Put it into the message`}</Button>
      </span>
    </form>
  )
}

interface PlaceProps {
  variable: Variable
  isFirst: boolean
}

const INPUTS = { number: "number", date: "date", text: "text" } as const

/** The field of one variable, in its type. */
function Place({ variable, isFirst }: PlaceProps) {
  const id = useId()
  const { name, kind = "text", label, default: usual, options = [], is_required: isRequired = true } = variable
  const look = "quick control w-full rounded-2 border border-border-strong bg-raised px-3 text-ui"
  const shared = { id, name, autoFocus: isFirst, className: look }
  const title = label === undefined || label === "" ? name : label
  if (kind === "boolean") {
    return (
      <label htmlFor={id} className="flex items-center gap-2 text-ui font-medium">
        <input id={id} type="checkbox" name={name} defaultChecked={usual === true} className="size-4 accent-accent-solid" />
        <bdi>{title}</bdi>
      </label>
    )
  }
  const value = usual === null || usual === undefined ? undefined : String(usual)
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-ui font-medium">
        <bdi>{title}</bdi>
      </label>
      {kind === "select" ? (
        <select {...shared} defaultValue={value}>
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      ) : kind === "text" ? (
        <textarea {...shared} dir="auto" rows={1} required={isRequired} defaultValue={value} className={`${look} min-h-(--control) py-1.5 field-sizing-content`} />
      ) : (
        <input {...shared} type={INPUTS[kind]} step="any" required={isRequired} defaultValue={value} />
      )}
    </div>
  )
}
