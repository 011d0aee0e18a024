import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { Button } from "@/components/ui/button"
import { Select } from "@/components/ui/select"
import { foldersQuery, tagsQuery } from "@/features/conversations/api/conversations"
import { ROLES, type Role, type Wish, withPart } from "@/features/conversations/search/wish"
import { modelsQuery } from "@/features/house/api/queries"

interface FiltersProps {
  wish: Wish
  onWish: (wish: Wish) => void
}

const FIELD = "quick control rounded-2 border border-border-strong bg-raised px-2 text-ui text-text"

/** What a search is narrowed by: where, by whom, when. */
export function Filters({ wish, onWish }: FiltersProps) {
  const { t } = useLingui()
  const { data: folders = [] } = useQuery(foldersQuery())
  const { data: tags = [] } = useQuery(tagsQuery())
  const { data: models = [] } = useQuery({ ...modelsQuery(), refetchInterval: false })
  const roles: Record<Role, string> = { user: t`People`, assistant: t`Models`, system: t`System`, tool: t`Tools` }
  const set = <Name extends keyof Wish>(name: Name, value: Wish[Name] | "" | undefined): void => onWish(withPart(wish, name, value))
  const { q, ...narrowed } = wish
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Choice label={t`Folder`} any={t`Any folder`} value={wish.folder} options={folders.map(({ id, name }) => ({ value: id, label: name }))} onChange={(value) => set("folder", value)} />
      <Choice label={t`Tag`} any={t`Any tag`} value={wish.tag} options={tags.map(({ name }) => ({ value: name, label: name }))} onChange={(value) => set("tag", value)} />
      <Choice label={t`Model`} any={t`Any model`} value={wish.model} options={[...new Set(models.map(({ name }) => name))].map((name) => ({ value: name, label: name }))} onChange={(value) => set("model", value)} />
      <Choice label={t`Said by`} any={t`Said by anyone`} value={wish.role} options={ROLES.map((value) => ({ value, label: roles[value] }))} onChange={(value) => set("role", ROLES.find((role) => role === value))} />
      <input
        aria-label={t`Author`}
        placeholder={t`Author`}
        defaultValue={wish.author ?? ""}
        onBlur={(event) => set("author", event.target.value.trim())}
        onKeyDown={(event) => {
          if (event.key === "Enter") set("author", event.currentTarget.value.trim())
        }}
        className={`${FIELD} w-28`}
      />
      <div className="grid w-full grid-cols-2 gap-2 sm:contents">
        <Labelled label={t`Since`}>
          <input type="date" value={wish.since ?? ""} onChange={(event) => set("since", event.target.value)} className={`${FIELD} w-full min-w-0 sm:w-auto`} />
        </Labelled>
        <Labelled label={t`Until`}>
          <input type="date" value={wish.until ?? ""} onChange={(event) => set("until", event.target.value)} className={`${FIELD} w-full min-w-0 sm:w-auto`} />
        </Labelled>
      </div>
      <label className="flex min-h-(--control) items-center gap-2 text-ui">
        <input type="checkbox" checked={wish.files ?? false} onChange={(event) => set("files", event.target.checked ? true : undefined)} className="size-4 accent-accent-solid" />
        {t`Has a file`}
      </label>
      {Object.keys(narrowed).length > 0 ? <Button onClick={() => onWish(q === undefined ? {} : { q })}>{t`Clear the filters`}</Button> : null}
    </div>
  )
}

interface ChoiceProps {
  label: string
  /** What stands for no choice. */
  any: string
  value: string | undefined
  options: readonly { value: string; label: string }[]
  onChange: (value: string) => void
}

function Choice({ label, any, value = "", options, onChange }: ChoiceProps) {
  const isKnown = value === "" || options.some((option) => option.value === value)
  const all = [{ value: "", label: any }, ...options, ...(isKnown ? [] : [{ value, label: value }])]
  return <Select label={label} value={value} options={all} onChange={onChange} />
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="flex items-center gap-2 text-ui text-text-2">
      {label}
      {children}
    </label>
  )
}
