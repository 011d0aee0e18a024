import { t } from "@lingui/core/macro"
import { createSignal } from "@/live/signal"
import { type Action, SETTINGS_GROUPS } from "@/registry/feature"
import { registered } from "@/registry/registry"

/** The letters after G that lead to a page of the settings. */
const SETTINGS_KEYS: Readonly<Record<string, string>> = {
  gateway: "h",
  providers: "p",
  models: "m",
  requests: "r",
  routes: "o",
  batches: "b",
  files: "f",
  payloads: "l",
}

const going = createSignal<[path: string]>()

/** Hear where a key leads. Returns what ends it. */
export const onGo = going.on

/** Going to each place, and to each page of the settings, as actions. */
export function goActions(): readonly Action[] {
  const places = registered("places").map(({ id, path, title, icon, key }) => ({ id, path, title, icon, key }))
  const settings = registered("settings")
  const known = settings
    .toSorted((one, other) => SETTINGS_GROUPS.indexOf(one.group) - SETTINGS_GROUPS.indexOf(other.group))
    .map(({ id, title, icon }) => ({ id, path: `/settings/${id}`, title, icon, key: SETTINGS_KEYS[id] }))
  // Their keys lead to them also before they themselves were loaded; whatever shows names loads them.
  const unknown = Object.entries(SETTINGS_KEYS)
    .filter(([id]) => settings.every((page) => page.id !== id))
    .map(([id, key]) => ({ id, path: `/settings/${id}`, title: () => id, icon: undefined, key }))
  return [...places, ...known, ...unknown].map(({ id, path, title, icon, key }) => ({
    id: `go-${id}`,
    title: () => t`Go to ${title()}`,
    ...(icon ? { icon } : {}),
    isPlace: true,
    keys: key === undefined ? [] : [`g ${key}`],
    run: () => going.tell(path),
  }))
}
