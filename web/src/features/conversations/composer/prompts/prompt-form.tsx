import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { TextField } from "@/components/ui/text-field"
import {
  keepPrompt,
  makePrompt,
  type Prompt,
  promptsQuery,
  removePrompt,
  type Variable,
} from "@/features/conversations/composer/prompts/api"
import { VariableFields } from "@/features/conversations/composer/prompts/variable-fields"
import { variablesOf } from "@/features/conversations/composer/prompts/variables"

interface PromptFormProps {
  /** Null for a new one. */
  old: Prompt | null
  onDone: () => void
}

/** Where a prompt is written: other words make a new version. */
export function PromptForm({ old, onDone }: PromptFormProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const [text, setText] = useState(old?.shown.text ?? "")
  const [known, setKnown] = useState<readonly Variable[]>(old?.shown.variables ?? [])
  const variables = variablesOf(text, known)
  const onSuccess = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: promptsQuery().queryKey })
    onDone()
  }
  const keep = useMutation({
    mutationFn: async (form: FormData) => {
      const said = (name: string): string => String(form.get(name) ?? "").trim()
      const written = { name: said("name"), description: said("description"), text, variables, note: said("note") }
      await (old === null ? makePrompt(written) : keepPrompt(old, written))
    },
    onSuccess,
  })
  const remove = useMutation({ mutationFn: (id: string) => removePrompt(id), onSuccess })
  const [isSure, setIsSure] = useState(false)
  const problem = keep.error ?? remove.error
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        keep.mutate(new FormData(event.currentTarget))
      }}
    >
      <TextField name="name" label={t`Name`} initial={old?.name} isRequired isFirst />
      <TextField name="description" label={t`What it is for`} initial={old?.description} isOptional />
      <label className="flex flex-col gap-1 text-ui font-medium">
        {t`Text`}
        <textarea
          value={text}
          dir="auto"
          rows={6}
          required
          onChange={(event) => setText(event.target.value)}
          className="max-h-[40dvh] w-full rounded-2 border border-border-strong bg-raised px-3 py-2 text-ui font-normal field-sizing-content"
        />
        <span className="text-caption font-normal text-text-2">
          {t`Two braces make a place to fill in:`} <code dir="ltr">{"{{topic}}"}</code>
        </span>
      </label>
      <VariableFields
        variables={variables}
        onChange={(changed) => setKnown(variables.map((one) => (one.name === changed.name ? changed : one)))}
      />
      {old === null ? null : <TextField name="note" label={t`What changed`} isOptional />}
      {problem === null ? null : (
        <p role="alert" dir="auto" className="text-ui text-danger wrap-anywhere">
          {problem.message}
        </p>
      )}
      <span className="flex flex-wrap items-center gap-2">
        <Button look="solid" type="submit" disabled={keep.isPending}>
          {old === null ? t`Save the prompt` : t`Save as a new version`}
        </Button>
        {old === null || isSure ? null : <Button look="danger" onClick={() => setIsSure(true)}>{t`Delete the prompt`}</Button>}
      </span>
      {old === null || !isSure ? null : (
        <div role="alert" className="flex flex-wrap items-center gap-2 text-ui">
          <span className="min-w-0 flex-1 basis-40">{t`The prompt and all its versions are gone for good.`}</span>
          <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate(old.id)}>{t`Delete all of it`}</Button>
          <Button look="outline" onClick={() => setIsSure(false)}>{t`Keep it`}</Button>
        </div>
      )}
    </form>
  )
}
