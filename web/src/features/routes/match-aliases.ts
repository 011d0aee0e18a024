import type { Alias } from "@/api/types"

/** The aliases whose name, rules or targets hold every word of a search. */
export function matchAliases(aliases: readonly Alias[], search: string): Alias[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return aliases.filter((alias) => {
    const targets = [alias, ...(alias.rules ?? []), ...(alias.split?.variants ?? [])].flatMap((one) => one.targets)
    const names = [alias.name, alias.mirror?.model ?? "", ...(alias.rules ?? []).map((rule) => rule.name ?? "")]
    const text = [...names, ...targets.map((target) => target.model)].join(" ").toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
