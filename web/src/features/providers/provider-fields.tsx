import { useLingui } from "@lingui/react/macro"
import { ChevronRight } from "lucide-react"
import type { Provider, ProviderKind } from "@/api/types"
import { TextField } from "@/components/ui/text-field"
import { KeyField } from "@/features/providers/key-field"
import { LimitFields } from "@/features/providers/limit-fields"
import { headerLines, optionField } from "@/features/providers/provider-form"
import type { Refusal } from "@/features/providers/refusal"
import { asSentence } from "@/lib/format"

interface ProviderFieldsProps {
  kind: ProviderKind
  /** A name that nobody has; for a provider that is being added. */
  name?: string
  /** What is declared now, of a provider that is being changed. */
  provider?: Provider
  /** Which field the server refused, and its sentence. */
  refused: Refusal | null
}

/** What a kind has to be told first, then its key, then what few people change. */
export function ProviderFields({ kind, name, provider, refused }: ProviderFieldsProps) {
  const { t } = useLingui()
  const errorOf = (field: string): string | null => (refused?.field === field ? refused.sentence : null)
  const required = kind.options.filter((option) => option.required)
  const others = kind.options.filter((option) => !option.required)
  const hasFirst = kind.address === "required" || kind.options.some((option) => option.required)
  const key = (
    <KeyField kind={kind} error={errorOf("api_key")} isFirst={!hasFirst && !provider} isKept={provider?.key === "set"} />
  )
  const addressField = (
    <TextField
      name="base_url"
      label={t`Address`}
      isCode
      inputMode="url"
      isFirst={kind.address === "required"}
      isRequired={kind.address === "required"}
      isOptional={kind.address !== "required"}
      placeholder={kind.address_hint}
      initial={provider?.written_url}
      hint={kind.address === "made" ? t`Made from what is said above, unless another one is written here.` : null}
      error={errorOf("base_url")}
    />
  )
  // A key that is changed goes with the address it is for.
  const address = provider ? (
    <>
      {addressField}
      {key}
    </>
  ) : (
    addressField
  )
  const models = (
    <TextField
      name="models"
      label={kind.lists_models ? t`More models` : t`Models or deployments`}
      lines={3}
      isCode
      isOptional
      initial={provider?.written_models.join("\n")}
      hint={kind.lists_models ? t`One a line, if it does not list all of them itself.` : t`One a line: it cannot be asked for them.`}
      error={errorOf("models")}
    />
  )
  const options = (some: ProviderKind["options"]) =>
    some.map((option, index) => (
      <TextField
        key={option.name}
        name={optionField(option.name)}
        label={option.title}
        isCode
        isFirst={option.required && index === 0 && kind.address !== "required"}
        isRequired={option.required}
        isOptional={!option.required}
        placeholder={option.default}
        initial={provider?.options[option.name]}
        hint={asSentence(option.help)}
        error={errorOf(optionField(option.name))}
      />
    ))
  return (
    <div className="flex flex-col gap-5">
      {kind.address === "required" ? address : null}
      {options(required)}
      {provider ? null : key}
      {kind.lists_models ? null : models}
      {name === undefined ? null : (
        <TextField
          name="name"
          label={t`Name`}
          isCode
          isRequired
          isFirst={!hasFirst && kind.key === "none"}
          initial={name}
          hint={t`Stands before the slash of its models: ${name}/…`}
          error={errorOf("name")}
        />
      )}
      <TextField
        name="label"
        label={t`Shown as`}
        isOptional
        isFirst={provider !== undefined && !hasFirst}
        placeholder={kind.label}
        initial={provider?.written_label}
        error={errorOf("label")}
      />
      {kind.address === "required" || kind.local || provider?.allow_private ? (
        <label className="flex min-h-6 items-center gap-2 text-ui">
          <input type="checkbox" name="allow_private" defaultChecked={provider?.allow_private} className="size-4 shrink-0 accent-accent-solid" />
          {t`The address is on this machine or in a private network`}
        </label>
      ) : null}
      {others.length > 0 ? <More title={t`More of ${kind.label}`}>{options(others)}</More> : null}
      <More title={provider ? t`Address, models and headers` : t`Address, limits and place`}>
        {kind.address === "required" ? null : address}
        {kind.lists_models ? models : null}
        <TextField
          name="headers"
          label={t`Headers`}
          lines={2}
          isCode
          isOptional
          placeholder="X-Title: Notes"
          hint={t`One a line, sent with every request to it; never a credential.`}
          initial={provider ? headerLines(provider) : undefined}
          error={errorOf("headers")}
        />
        {provider ? null : <LimitFields errorOf={errorOf} />}
      </More>
    </div>
  )
}

interface MoreProps {
  title: string
  children: React.ReactNode
}

/** What few people change, closed at first. */
function More({ title, children }: MoreProps) {
  return (
    <details className="group rounded-2">
      <summary className="quick -mx-2 flex min-h-(--row) list-none items-center rounded-2 px-2 text-ui font-medium text-text-2 hover:bg-hover hover:text-text">
        <ChevronRight aria-hidden="true" className="me-2 size-4 group-open:rotate-90 rtl:-scale-x-100 rtl:group-open:scale-x-100" />
        {title}
      </summary>
      <div className="flex flex-col gap-5 pt-3">{children}</div>
    </details>
  )
}
