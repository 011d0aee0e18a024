import { Trans, useLingui } from "@lingui/react/macro"
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react"
import type { ProviderKind } from "@/api/types"
import { SearchField } from "@/components/ui/search-field"
import { hostOf } from "@/features/house/provider-advice"
import { matchKinds } from "@/features/providers/provider-form"
import { nextPlace } from "@/lib/roving"

interface KindChoiceProps {
  kinds: readonly ProviderKind[]
  onChoose: (kind: string) => void
}

/** Every kind of provider, searched by typing and chosen with the arrows and Enter, or with a click. */
export function KindChoice({ kinds, onChoose }: KindChoiceProps) {
  const { t } = useLingui()
  const [search, setSearch] = useState("")
  const [place, setPlace] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const base = useId()
  const found = matchKinds(kinds, search)
  const current = found[place]
  // The list may come after the dialog has opened, and typing must find its field.
  useEffect(() => {
    list.current?.parentElement?.querySelector<HTMLElement>("[data-first-focus]")?.focus()
  }, [])

  const move = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && current) {
      event.preventDefault()
      return onChoose(current.name)
    }
    // Home and End belong to the text that is being written.
    const next = event.key.startsWith("Arrow") ? nextPlace(event.key, place, found.length) : null
    if (next === null) return
    event.preventDefault()
    setPlace(next)
    list.current?.children[next]?.scrollIntoView({ block: "nearest" })
  }

  return (
    <div className="flex flex-col gap-3">
      <SearchField
        label={t`Search the kinds of providers`}
        placeholder={t`OpenAI, Bedrock, Ollama, any address`}
        value={search}
        onSearch={(text) => {
          setSearch(text)
          setPlace(0)
        }}
        onKeyDown={move}
        role="combobox"
        aria-expanded
        aria-controls={`${base}-list`}
        aria-activedescendant={current ? `${base}-${current.name}` : undefined}
        data-first-focus=""
      />
      <p role="status" className="sr-only">{search ? t`${found.length} found` : ""}</p>
      {found.length === 0 ? (
        <p className="py-2 text-ui text-text-2">
          <Trans>No kind matches “{search}”. Any address that speaks OpenAI’s dialect is “OpenAI-compatible”.</Trans>
        </p>
      ) : null}
      <div ref={list} id={`${base}-list`} role="listbox" aria-label={t`Kinds of providers`} className="-mx-2 flex flex-col">
        {found.map((kind, index) => (
          <KindOption
            key={kind.name}
            id={`${base}-${kind.name}`}
            kind={kind}
            isCurrent={index === place}
            onChoose={onChoose}
          />
        ))}
      </div>
    </div>
  )
}

interface KindOptionProps {
  id: string
  kind: ProviderKind
  isCurrent: boolean
  onChoose: (kind: string) => void
}

function KindOption({ id, kind, isCurrent, onChoose }: KindOptionProps) {
  const { t } = useLingui()
  const place = kind.local
    ? t`on this machine`
    : kind.address === "required"
      ? t`your address`
      : hostOf(kind.base_url || kind.address_hint)
  return (
    // The search field has the focus and the keys; the pointer only helps.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isCurrent}
      onClick={() => onChoose(kind.name)}
      className={`quick flex min-h-10 cursor-pointer items-center gap-3 rounded-2 px-2 text-ui hover:bg-hover ${isCurrent ? "bg-selected" : ""}`}
    >
      <span className="min-w-0 flex-1 truncate font-medium">
        <bdi>{kind.label}</bdi>
      </span>
      <span className="min-w-0 truncate text-caption text-text-2">{place}</span>
    </div>
  )
}
