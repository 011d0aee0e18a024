import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { Check } from "lucide-react"
import { type DragEvent, type MouseEvent, useRef } from "react"
import { VoiceBars, WritingBars } from "@/components/ui/bars"
import type { Listed } from "@/features/conversations/api/conversations"
import { carry } from "@/features/conversations/list/carried"
import { useList } from "@/features/conversations/list/list-context"
import { RenameField } from "@/features/conversations/list/rename-field"
import { RowMenuSlot } from "@/features/conversations/list/row-menu-slot"
import { Speakers } from "@/features/conversations/page/speakers"
import { useLongPress } from "@/lib/use-long-press"
import { Link } from "@/router"

interface ListRowProps {
  conversation: Listed
  isCurrent: boolean
}

/** One conversation of the sidebar: its title, who speaks in it, and what can be done with it. */
export function ListRow({ conversation, isCurrent }: ListRowProps) {
  const { t } = useLingui()
  const { id, title, unread, is_temporary: isTemporary } = conversation
  const list = useList()
  const row = useRef<HTMLDivElement>(null)
  const press = useLongPress(() => list.choose(id, "one"))
  const isChosen = list.chosen.has(id)
  const isUnread = unread > 0 && !isCurrent
  const name = title === "" ? t`New conversation` : title

  if (list.renaming === id) return <RenameField id={id} title={title} onEnd={() => list.rename(null)} />

  const click = (event: MouseEvent): void => {
    const isLong = press.takeLong()
    if (isLong || event.metaKey || event.ctrlKey || event.shiftKey || list.chosen.size > 0) {
      event.preventDefault()
      // A temporary conversation is in no list of the server's: nothing can be done to many of them.
      if (!isLong && !isTemporary) list.choose(id, event.shiftKey ? "to" : "one")
    }
  }
  const openMenu = (event: MouseEvent): void => {
    event.preventDefault()
    // A finger that stays chooses the row; its menu has a button of its own.
    if (isByTouch(event)) return
    row.current?.querySelector<HTMLElement>("[aria-haspopup]")?.click()
  }
  const ground = isChosen ? "bg-accent-soft text-text" : isCurrent ? "bg-selected text-text" : "text-text-2 hover:bg-hover hover:text-text"
  return (
    <div ref={row} className="group/row relative" onContextMenu={openMenu}>
      <Link
        to="/c/$id"
        params={{ id }}
        data-row={id}
        tabIndex={list.stop === id ? 0 : -1}
        draggable={!isTemporary}
        onDragStart={(event: DragEvent) => carry(event, { kind: "conversations", ids: list.about(id) })}
        onFocus={() => list.focus(id)}
        onClick={click}
        onPointerDown={press.onPointerDown}
        onPointerMove={press.onPointerMove}
        onPointerUp={press.onPointerUp}
        onPointerCancel={press.onPointerCancel}
        aria-current={isCurrent ? "page" : undefined}
        title={name}
        className={`quick relative flex h-(--row) items-center gap-2 rounded-2 px-2 text-ui -outline-offset-2 select-none ${ground}`}
      >
        {isCurrent ? <span aria-hidden="true" className="absolute inset-y-2 start-0 w-[3px] rounded-full bg-accent" /> : null}
        {isChosen ? <Check aria-hidden="true" className="size-3.5 shrink-0 text-accent" strokeWidth={2.5} /> : null}
        <span dir="auto" className={`names min-w-0 flex-1 truncate ${isUnread ? "font-semibold text-text" : ""}`}>
          {name}
        </span>
        {isChosen ? <span className="sr-only">{t`selected`}</span> : null}
        {isUnread ? (
          <>
            <span aria-hidden="true" className="size-1.5 shrink-0 rounded-full bg-accent group-focus-within/row:invisible group-hover/row:invisible pointer-coarse:visible" />
            <span className="sr-only">{t`${plural(unread, { one: "# unread message", other: "# unread messages" })}`}</span>
          </>
        ) : null}
        <RowBars conversation={conversation} isWriting={list.writing.has(id)} />
      </Link>
      <RowMenuSlot conversation={conversation} />
    </div>
  )
}

function isByTouch({ nativeEvent }: MouseEvent): boolean {
  return nativeEvent instanceof PointerEvent && nativeEvent.pointerType === "touch"
}

function RowBars({ conversation, isWriting }: { conversation: Listed; isWriting: boolean }) {
  const { t } = useLingui()
  const speakers = new Speakers()
  const voices = conversation.speakers.map(({ id, kind, name }) => speakers.of({ kind, name: name ?? id }).voice)
  return (
    <span className="flex shrink-0 items-center group-focus-within/row:invisible group-hover/row:invisible pointer-coarse:me-(--dots) pointer-coarse:visible">
      {isWriting ? (
        <>
          <span data-voice={voices[0] ?? 6}>
            <WritingBars />
          </span>
          <span className="sr-only">{t`writing`}</span>
        </>
      ) : (
        <VoiceBars voices={voices} />
      )}
    </span>
  )
}
