import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useEffectEvent, useImperativeHandle, useState } from "react"

/** Moves through a list while the focus stays in the field that searches it. True for keys that it took. */
export type ListKeys = (event: KeyboardEvent<HTMLElement>) => boolean

export interface ListGroup<Item> {
  readonly id: string
  /** Not shown where there is only one group. */
  readonly title: string
  readonly items: readonly Item[]
}

interface OptionListProps<Item> {
  /** Its id, for the field's `aria-controls`. */
  id: string
  label: string
  groups: readonly ListGroup<Item>[]
  nameOf: (item: Item) => string
  isChosen?: (item: Item) => boolean
  /** Several may be chosen. */
  isMany?: boolean
  /** `isBeside`: with ⌘ or Ctrl, beside what is chosen already. */
  onChoose: (item: Item, isBeside: boolean) => void
  /** Where the list hands its keys to the field. */
  keys: RefObject<ListKeys | null>
  /** Told of the id of the option the keys are at, for the field's `aria-activedescendant`. */
  onActive?: (optionId: string | null, item: Item | null) => void
  children: (item: Item) => ReactNode
}

/** A list of options below groups, driven from a field elsewhere or with the pointer. */
export function OptionList<Item>(props: OptionListProps<Item>) {
  const { id, label, groups, nameOf, onChoose, keys, onActive, isMany = false } = props
  const items = groups.flatMap((group) => group.items)
  const [wanted, setWanted] = useState<string | null>(null)
  const found = items.findIndex((item) => nameOf(item) === wanted)
  const at = items.length === 0 ? -1 : Math.max(0, found)
  const active = items[at]
  const optionId = (name: string): string => `${id}-${name}`
  const activeName = active === undefined ? null : nameOf(active)
  const move = (step: number): void => {
    const next = items[(at + step + items.length) % items.length]
    if (next === undefined) return
    setWanted(nameOf(next))
    document.getElementById(optionId(nameOf(next)))?.scrollIntoView({ block: "nearest" })
  }
  useImperativeHandle(keys, () => (event) => {
    if (active === undefined || event.nativeEvent.isComposing) return false
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1)
    else if (event.key === "Enter" && !event.shiftKey) onChoose(active, event.metaKey || event.ctrlKey)
    else return false
    event.preventDefault()
    return true
  })
  const tell = useEffectEvent((name: string | null) => onActive?.(name === null ? null : optionId(name), active ?? null))
  useEffect(() => tell(activeName), [activeName])
  return (
    <div
      id={id}
      role="listbox"
      tabIndex={-1}
      aria-label={label}
      aria-multiselectable={isMany || undefined}
      className="flex min-h-0 flex-col overflow-y-auto p-1"
    >
      {groups.map((group) => (
        <div key={group.id} role="group" aria-label={group.title}>
          {groups.length > 1 ? (
            <p aria-hidden="true" className="px-2 pt-2 pb-1 text-caption font-medium text-text-2">
              {group.title}
            </p>
          ) : null}
          {group.items.map((item) => {
            const name = nameOf(item)
            return (
              <div
                key={name}
                id={optionId(name)}
                role="option"
                tabIndex={-1}
                aria-selected={props.isChosen?.(item) ?? name === activeName}
                data-active={name === activeName || undefined}
                onPointerMove={() => setWanted(name)}
                // The field keeps the focus.
                onPointerDown={(event) => event.preventDefault()}
                onClick={(event) => onChoose(item, event.metaKey || event.ctrlKey)}
                onKeyDown={(event) => keys.current?.(event)}
                className="group/option flex min-h-(--row) cursor-pointer items-center gap-2 rounded-2 px-2 py-1 text-ui data-active:bg-hover"
              >
                {props.children(item)}
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}
