import { type ComponentType, createElement, lazy } from "react"

/** A component that is loaded when it is first shown, by its name in its module. */
export function lazyPage<Name extends string>(
  load: () => Promise<Readonly<Record<Name, ComponentType>>>,
  name: Name,
): ComponentType {
  const Page = lazy(async (): Promise<{ default: ComponentType }> => ({ default: (await load())[name] }))
  return () => createElement(Page)
}
