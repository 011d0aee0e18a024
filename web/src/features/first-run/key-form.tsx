import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Select } from "@/components/ui/select"
import { recognise } from "@/features/first-run/recognise"
import { useConnect } from "@/features/first-run/use-connect"
import { kindsQuery } from "@/features/providers/api/kinds"
import { formatDuration } from "@/lib/format"

interface KeyFormProps {
  onReady: (name: string, model: string | null) => Promise<void>
}

/** Takes the key of a provider, knows whose it is, and tries it with one real call. */
export function KeyForm({ onReady }: KeyFormProps) {
  const { t, i18n } = useLingui()
  const [key, setKey] = useState("")
  const [wanted, setWanted] = useState<string | null>(null)
  const kinds = useQuery(kindsQuery()).data ?? []
  const offered = kinds.filter((kind) => kind.needs_key && kind.base_url !== "" && kind.options.every((one) => !one.required))
  const [guess] = recognise(key)
  const kind = offered.find(({ name }) => name === (wanted ?? guess)) ?? null
  const connect = useConnect(({ provider, trial }) => {
    const model = trial.model ? `${provider.name}/${trial.model.replace(`${provider.name}/`, "")}` : null
    const time = trial.latency_ms ? formatDuration(trial.latency_ms, i18n.locale) : ""
    return onReady([provider.label, time].filter(Boolean).join(", "), model)
  })
  return (
    <form
      className="flex flex-col gap-2 p-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (kind !== null && key.trim() !== "") connect.mutate({ kind: kind.name, key: key.trim() })
      }}
    >
      <label htmlFor="first-key" className="text-ui font-semibold">{t`With a key`}</label>
      <div className="flex flex-wrap items-center gap-2">
        <input
          id="first-key"
          type="password"
          dir="ltr"
          autoComplete="off"
          spellCheck={false}
          value={key}
          placeholder="sk-…"
          aria-describedby="first-key-note"
          onChange={(event) => {
            setKey(event.target.value)
            connect.reset()
          }}
          className="quick control min-w-48 flex-1 rounded-2 border border-border-strong bg-raised px-3 font-mono text-ui"
        />
        <Select
          label={t`Whose key it is`}
          value={kind?.name ?? ""}
          options={[
            ...(kind === null ? [{ value: "", label: t`Whose?` }] : []),
            ...offered.map(({ name, label }) => ({ value: name, label })),
          ]}
          onChange={(name) => setWanted(name === "" ? null : name)}
        />
        <Button look="solid" type="submit" disabled={connect.isPending || kind === null || key.trim() === ""}>
          {connect.isPending ? t`Asking for one word` : t`Connect`}
        </Button>
      </div>
      <p id="first-key-note" className="text-caption text-text-2">
        {t`It is kept encrypted on your server and tried with one word.`}{" "}
        {kind?.key_url ? (
          <a href={kind.key_url} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">
            {t`Get a key from ${kind.label}`}
          </a>
        ) : null}
      </p>
      {connect.error === null ? null : (
        <p role="alert" dir="auto" className="text-ui text-danger wrap-anywhere">
          {connect.error.message}
        </p>
      )}
    </form>
  )
}
