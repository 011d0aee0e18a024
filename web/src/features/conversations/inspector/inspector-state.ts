import { useSyncExternalStore } from "react"

/** How the inspector stands: its width and tab are kept for the next visit, the chosen answer is not. */
export interface InspectorState {
  widthPx: number
  panel: string
  /** The answer whose trace is shown; null is the last one of the branch. */
  answerId: string | null
  /** The source that was looked up, as `sourceOf` names it. */
  source: string | null
}

/** A source of a message, by what tells it from the others there. */
export function sourceOf(messageId: string, key: string): string {
  return `${messageId} ${key}`
}

export const LEAST_PX = 280
export const MOST_PX = 480
const USUAL_PX = 320
const STORAGE_KEY = "salon.inspector"

let state: InspectorState | null = null
const listeners = new Set<() => void>()

function read(): InspectorState {
  let kept: unknown
  try {
    kept = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}")
  } catch {
    kept = {}
  }
  const has = new Map(Object.entries(typeof kept === "object" && kept !== null ? kept : {}))
  const [width, panel] = [has.get("widthPx"), has.get("panel")]
  return {
    widthPx: typeof width === "number" ? within(width) : USUAL_PX,
    panel: typeof panel === "string" ? panel : "",
    answerId: null,
    source: null,
  }
}

export function within(widthPx: number): number {
  return Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, widthPx)))
}

export function inspectorState(): InspectorState {
  state ??= read()
  return state
}

export function setInspector(change: Partial<InspectorState>): void {
  state = { ...inspectorState(), ...change }
  const { widthPx, panel } = state
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ widthPx, panel }))
  for (const listener of listeners) listener()
}

/** Have the trace of an answer be what the inspector shows. */
export function showTrace(messageId: string): void {
  setInspector({ panel: "trace", answerId: messageId })
}

export function useInspector(): InspectorState {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, inspectorState)
}
