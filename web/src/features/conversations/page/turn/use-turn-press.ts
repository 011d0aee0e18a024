import type { MouseEvent, PointerEvent, RefObject } from "react"
import { useLongPress } from "@/lib/use-long-press"

const OWN_PRESS = "a,button,textarea,audio,video"

/** A finger that stays on a turn opens the menu of all that can be done with it. */
export function useTurnPress(turn: RefObject<HTMLElement | null>) {
  const { takeLong: _, onPointerDown, ...press } = useLongPress(() => {
    turn.current?.querySelector<HTMLElement>("[role=toolbar] [aria-haspopup=menu]")?.click()
  }, true)
  return {
    ...press,
    onPointerDown(event: PointerEvent) {
      if (!hasOwn(event)) onPointerDown(event)
    },
    // The menu stands for what the browser would offer.
    onContextMenu(event: MouseEvent) {
      const { nativeEvent } = event
      if (nativeEvent instanceof PointerEvent && nativeEvent.pointerType === "touch" && !hasOwn(event)) event.preventDefault()
    },
  }
}

/** What is pressed there does something of its own. */
function hasOwn({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest(OWN_PRESS) !== null
}
