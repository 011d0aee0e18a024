/** What a query holds, before anybody says what it means. */
export type RawSearch = Readonly<Record<string, string>>

/** Read a query; of what is there twice, the last counts. */
export function rawSearch(query: string): RawSearch {
  return Object.fromEntries(new URLSearchParams(query))
}

/** A reader of the named parameters that are texts with something in them. */
export function texts<Name extends string>(...names: readonly Name[]): (raw: RawSearch) => Partial<Record<Name, string>> {
  return (raw) => {
    const found: Partial<Record<Name, string>> = {}
    for (const name of names) if (raw[name]) found[name] = raw[name]
    return found
  }
}
