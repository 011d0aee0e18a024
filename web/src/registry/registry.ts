import type { Feature } from "@/registry/feature"

/** What all features bring, list by list, each in its order. */
export type Lists = Required<Omit<Feature, "id">>

const known = new Set<string>()
const listeners = new Set<() => void>()
let lists: Lists = {
  places: [],
  pages: [],
  settings: [],
  data: [],
  panels: [],
  renderers: [],
  composerActions: [],
  actions: [],
  sidebar: [],
  hosts: [],
}

/** Add a feature to the app. Throws: Error when one of that name is there. */
export function registerFeature(feature: Feature): void {
  if (known.has(feature.id)) throw new Error(`feature ${feature.id} is registered twice`)
  known.add(feature.id)
  lists = {
    places: joined(lists.places, feature.places),
    pages: joined(lists.pages, feature.pages),
    settings: joined(lists.settings, feature.settings),
    data: joined(lists.data, feature.data),
    panels: joined(lists.panels, feature.panels),
    renderers: joined(lists.renderers, feature.renderers),
    composerActions: joined(lists.composerActions, feature.composerActions),
    actions: joined(lists.actions, feature.actions),
    sidebar: joined(lists.sidebar, feature.sidebar),
    hosts: joined(lists.hosts, feature.hosts),
  }
  for (const listener of listeners) listener()
}

/** Everything that the features bring to one list; the same array until one adds to it. */
export function registered<Name extends keyof Lists>(name: Name): Lists[Name] {
  return lists[name]
}

/** Hear when a feature is added. */
export function onRegistered(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function joined<Item extends object>(old: readonly Item[], added: readonly Item[] | undefined): readonly Item[] {
  if (added === undefined) return old
  return [...old, ...added].toSorted((one, other) => orderOf(one) - orderOf(other))
}

function orderOf(item: object): number {
  return "order" in item && typeof item.order === "number" ? item.order : 0
}
