import "@/features/settings/pages"
import { useLingui } from "@lingui/react/macro"
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { Search } from "lucide-react"
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react"
import { takeTypedAhead } from "@/components/shell/typed-ahead"
import { modelsQuery } from "@/features/house/api/queries"
import { messageHitsQuery, titleHitsQuery } from "@/features/palette/api/queries"
import { Findings } from "@/features/palette/findings"
import { findConversations } from "@/features/palette/find-conversations"
import { type Finding, findActions, findModels } from "@/features/palette/find"
import { nextInMenu } from "@/lib/menu-keys"
import { currentActions, useTitle } from "@/registry"
import { navigate } from "@/router"

interface PaletteProps {
  onClose: () => void
}

/** Finds conversations, acts, places, settings and models by words, and does what is chosen. */
export function Palette({ onClose }: PaletteProps) {
  const { t } = useLingui()
  const id = useId()
  const titleOf = useTitle()
  const dialog = useRef<HTMLDialogElement>(null)
  const [words, setWords] = useState("")
  const [at, setAt] = useState(0)
  // Read once: the palette itself covers the page, which changes nothing meanwhile.
  const [actions] = useState(currentActions)
  const isAsking = words.trim().length > 1
  const titles = useQuery({ ...titleHitsQuery(words.trim()), enabled: isAsking, placeholderData: keepPreviousData })
  const messages = useQuery({ ...messageHitsQuery(words.trim()), enabled: isAsking, placeholderData: keepPreviousData })
  const models = useQuery(modelsQuery())
  const conversations = findConversations(
    isAsking ? (titles.data ?? []) : [],
    isAsking ? (messages.data ?? []) : [],
    t`Without a title`,
    (conversation, message) =>
      navigate({ to: "/c/$id", params: { id: conversation }, search: message === undefined ? {} : { message } }),
  )
  const problem = isAsking ? (titles.error ?? messages.error) : null
  const groups = [
    { title: t`Conversations`, findings: conversations },
    { title: t`Actions`, findings: findActions(actions.filter(({ isPlace }) => !isPlace), words, titleOf) },
    { title: t`Places`, findings: findActions(actions.filter(({ isPlace }) => isPlace), words, titleOf) },
    { title: t`Models`, findings: isAsking ? findModels(models.data ?? [], words, showModel) : [] },
  ].filter((group) => group.findings.length > 0)
  const all = groups.flatMap((group) => group.findings)
  const current = all[Math.min(at, all.length - 1)]
  useEffect(() => {
    dialog.current?.showModal()
    takeTypedAhead(setWords)
  }, [])
  const choose = (finding: Finding): void => {
    dialog.current?.close()
    finding.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = event.key === "Home" || event.key === "End" ? null : nextInMenu(event.key, at, all.length)
    if (event.key === "Enter" && current && !event.nativeEvent.isComposing) choose(current)
    else if (next === null) return
    else {
      setAt(next)
      document.getElementById(`${id}-${all[next]?.id}`)?.scrollIntoView({ block: "nearest" })
    }
    event.preventDefault()
  }
  return (
    <dialog
      ref={dialog}
      aria-label={t`Search or run…`}
      closedby="any"
      data-palette
      onClose={onClose}
      className="sheet mx-auto mt-0 mb-auto w-full max-w-full rounded-b-4 bg-overlay p-0 shadow-2 sm:mt-[10dvh] sm:w-160 sm:rounded-4"
    >
      <div className="flex max-h-[80dvh] flex-col">
        <label className="flex h-(--header) shrink-0 items-center gap-3 border-b border-border px-4">
          <Search aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
          <input
            role="combobox"
            aria-expanded={all.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={current ? `${id}-${current.id}` : undefined}
            aria-autocomplete="list"
            aria-label={t`Search or run…`}
            placeholder={t`A conversation, an action, a setting or a model`}
            autoComplete="off"
            value={words}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              setWords(event.target.value)
              setAt(0)
            }}
            className="min-w-0 flex-1 bg-transparent text-body outline-none"
          />
        </label>
        <div id={`${id}-list`} role="listbox" aria-label={t`Found`} className="min-h-0 overflow-y-auto p-2">
          <Findings groups={groups} current={current?.id ?? null} idBase={id} onChoose={choose} />
        </div>
        {problem === null ? null : (
          <p role="alert" className="px-4 pb-4 text-ui text-danger">
            {t`Conversations could not be searched.`} <span dir="auto">{problem.message}</span>
          </p>
        )}
        {all.length === 0 && problem === null ? (
          <p role="status" className="px-4 pb-6 text-ui text-text-2">
            {titles.isFetching || messages.isFetching ? t`Looking…` : t`Nothing matches “${words}”.`}
          </p>
        ) : null}
      </div>
    </dialog>
  )
}

function showModel(name: string): void {
  navigate({ to: "/settings/models", search: { name } })
}
