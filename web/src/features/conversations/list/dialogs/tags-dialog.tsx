import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Check, Tag } from "lucide-react"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { TextField } from "@/components/ui/text-field"
import { tagsQuery } from "@/features/conversations/api/conversations"
import { tagMany } from "@/features/conversations/list/sorting"
import { moveWithArrows } from "@/lib/roving"

interface TagsDialogProps {
  ids: readonly string[]
  /** The tags they all have. */
  tags: readonly string[]
  onClose: () => void
}

/** Puts tags on conversations and takes them off; a new one is made by putting it on. */
export function TagsDialog({ ids, tags, onClose }: TagsDialogProps) {
  const { t } = useLingui()
  const { data: known = [] } = useQuery(tagsQuery())
  const [has, setHas] = useState<ReadonlySet<string>>(new Set(tags))
  const names = [...new Set([...known.map(({ name }) => name), ...has])].toSorted((one, other) => one.localeCompare(other))
  const toggle = (name: string): void => {
    const next = new Set(has)
    const isOn = !next.delete(name)
    if (isOn) next.add(name)
    setHas(next)
    tagMany(isOn ? "tag" : "untag", ids, name)
  }
  return (
    <Dialog title={t`Tags`} isOpen onClose={onClose}>
      <form
        className="flex items-end gap-2 pb-3"
        action={(data) => {
          const name = String(data.get("name") ?? "").trim()
          if (name !== "" && !has.has(name)) toggle(name)
        }}
      >
        <div className="min-w-0 flex-1">
          <TextField name="name" label={t`New tag`} isFirst />
        </div>
        <Button look="outline" type="submit">{t`Add`}</Button>
      </form>
      <ul aria-label={t`Tags`} className="flex flex-col gap-0.5">
        {names.map((name, place) => (
          <li key={name}>
            <button
              type="button"
              role="checkbox"
              aria-checked={has.has(name)}
              data-roving
              tabIndex={place === 0 ? 0 : -1}
              onKeyDown={moveWithArrows}
              onClick={() => toggle(name)}
              className="quick flex h-(--row) w-full items-center gap-2 rounded-2 px-2 text-start text-ui hover:bg-hover"
            >
              <Tag aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
              <span dir="auto" className="min-w-0 flex-1 truncate text-start">
                {name}
              </span>
              {has.has(name) ? <Check aria-hidden="true" className="size-4 shrink-0 text-accent" strokeWidth={2} /> : null}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
