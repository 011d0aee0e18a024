import { useLingui } from "@lingui/react"
import { useMemo, useSyncExternalStore } from "react"
import { type Lists, onRegistered, registered } from "@/registry/registry"

/** What the features bring to one list, in its order. */
export function useRegistered<Name extends keyof Lists>(name: Name): Lists[Name] {
  const read = (): Lists[Name] => registered(name)
  return useSyncExternalStore(onRegistered, read, read)
}

/** Read titles and keywords in the language of the page: another function once that changes. */
export function useTitle(): (text: () => string) => string {
  "use no memo"
  const { i18n } = useLingui()
  const { locale } = i18n
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the texts are read from the active language
  return useMemo(() => (text: () => string) => text(), [locale])
}
