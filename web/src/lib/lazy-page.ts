import { type ComponentType, createElement, type ReactNode } from "react"
import { lazy } from "@/lib/lazy"

/** A component that is loaded when it is first shown, or before that where it is known to come. */
export interface LazyPage {
  (): ReactNode
  preload(): void
}

/** A component that is loaded when it is first shown, by its name in its module. */
export function lazyPage<Name extends string>(load: () => Promise<Readonly<Record<Name, ComponentType>>>, name: Name): LazyPage {
  const Page = lazy(async (): Promise<{ default: ComponentType }> => ({ default: (await load())[name] }))
  // A failure is told where it is shown.
  return Object.assign(() => createElement(Page), { preload: () => void load().catch(() => undefined) })
}
