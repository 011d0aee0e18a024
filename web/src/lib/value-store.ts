import { useSyncExternalStore } from "react"

/** One value of the page that several of its parts follow. */
export interface ValueStore<T> {
  get(): T
  set(next: T): void
  /** Returns what ends it. */
  subscribe(listener: () => void): () => void
}

export function createValueStore<T>(first: T): ValueStore<T> {
  let value = first
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Follow a value in a component. */
export function useValue<T>(store: ValueStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.get)
}
