import { useLingui } from "@lingui/react/macro"
import { useMutation } from "@tanstack/react-query"
import { useEffect, useEffectEvent, useRef } from "react"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { PanelHead } from "@/components/ui/panel-head"
import { TextField } from "@/components/ui/text-field"
import { explainRoute } from "@/features/routes/api/queries"
import { explainBodyOf } from "@/features/routes/explain-form"
import { ExplanationView } from "@/features/routes/explanation-view"
import type { Voice } from "@/lib/voices"

interface ExplainPanelProps {
  /** The model that was chosen in the list; it is explained at once. */
  model: string
  voices: ReadonlyMap<string, Voice>
  onClose: () => void
}

/** A box that says where a request would go now, and why; nothing is sent. */
export function ExplainPanel({ model, voices, onClose }: ExplainPanelProps) {
  const { t } = useLingui()
  const form = useRef<HTMLFormElement>(null)
  const explain = useMutation(explainRoute())
  const ask = (): void => {
    if (form.current?.reportValidity()) explain.mutate(explainBodyOf(new FormData(form.current)))
  }
  const begin = useEffectEvent(ask)
  useEffect(() => {
    if (model !== "") begin()
  }, [model])
  const ticks = [
    ["tools", t`It offers tools`],
    ["stream", t`It asks for a stream`],
  ] as const
  return (
    <>
      <PanelHead title={t`Where would a request go?`} onClose={onClose} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <form
          ref={form}
          className="flex flex-col items-stretch gap-4 border-b border-border p-5"
          onSubmit={(event) => {
            event.preventDefault()
            ask()
          }}
        >
          <TextField key={model} name="model" label={t`Model`} isCode isRequired initial={model} placeholder="fast" />
          <TextField name="message" label={t`Message`} lines={3} placeholder={t`Hello`} isOptional />
          <div className="grid grid-cols-2 gap-3">
            <TextField name="user" label={t`User`} isCode />
            <TextField name="conversation" label={t`Conversation`} isCode />
          </div>
          <div className="flex flex-col gap-1">
            {ticks.map(([name, label]) => (
              <label key={name} className="flex min-h-6 items-center gap-2 text-ui">
                <input type="checkbox" name={name} className="size-4 accent-accent-solid" />
                {label}
              </label>
            ))}
          </div>
          <div className="flex items-center gap-3">
            <Button look="solid" type="submit" disabled={explain.isPending}>
              {t`Explain`}
            </Button>
            <span className="text-caption text-text-2">{t`Nothing is sent.`}</span>
          </div>
        </form>
        <div role="status" className="p-5 empty:hidden">
          {explain.error ? <Notice tone="danger">{explain.error.message}</Notice> : null}
          {explain.data ? <ExplanationView found={explain.data} voices={voices} /> : null}
        </div>
      </div>
    </>
  )
}
