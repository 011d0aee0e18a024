/** Tells whoever listens. */
export interface Signal<T extends readonly unknown[]> {
  tell(...told: T): void
  /** Returns what ends it. */
  on(listener: (...told: T) => void): () => void
}

export function createSignal<T extends readonly unknown[] = []>(): Signal<T> {
  const listeners = new Set<(...told: T) => void>()
  return {
    tell(...told) {
      for (const listener of listeners) listener(...told)
    },
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
