import { type PointerEvent, useRef } from "react"

const LONG_MS = 500
const MOVED_PX = 10

/**
 * Tells a long press of a finger from a tap and from scrolling.
 *
 * A box that is to stay open is opened with `isAtEnd`, when the finger is lifted: that would close what was open by then.
 */
export function useLongPress(onLong: () => void, isAtEnd = false) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null)
  const wasLong = useRef(false)
  const end = (): void => {
    if (press.current) clearTimeout(press.current.timer)
    press.current = null
  }
  const lift = (): void => {
    end()
    // After the browser has closed what a press elsewhere closes.
    if (isAtEnd && wasLong.current) setTimeout(onLong)
    if (isAtEnd) wasLong.current = false
  }
  return {
    /** Whether the click that comes now ends a long press. */
    takeLong: (): boolean => {
      const was = wasLong.current
      wasLong.current = false
      return was
    },
    onPointerDown: (event: PointerEvent): void => {
      if (event.pointerType !== "touch") return
      wasLong.current = false
      const timer = setTimeout(() => {
        wasLong.current = true
        if (!isAtEnd) onLong()
      }, LONG_MS)
      press.current = { timer, x: event.clientX, y: event.clientY }
    },
    onPointerMove: (event: PointerEvent): void => {
      const at = press.current
      if (at && Math.hypot(event.clientX - at.x, event.clientY - at.y) > MOVED_PX) end()
    },
    onPointerUp: lift,
    onPointerCancel: lift,
  }
}
