import type { NewProvider, Provider, ProviderBounds, ProviderChange, ProviderKind } from "@/api/types"

/** What the form of a kind asks for, and what is made of the answers. Pure, so that it is tested without a page. */

const OPTION = "option:"
const LIMITS = ["requests_per_minute", "tokens_per_minute", "concurrency"] as const

export type LimitName = (typeof LIMITS)[number]

/** The name of an option's field. */
export function optionField(name: string): string {
  return OPTION + name
}

/** The kinds that hold every word of a search, in the order the server lists them. */
export function matchKinds(kinds: readonly ProviderKind[], search: string): ProviderKind[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return kinds.filter((kind) => {
    const text = `${kind.label} ${kind.name} ${kind.base_url}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** A name nobody has: the kind's own, or that with the next free number. */
export function freeName(kind: string, taken: readonly string[]): string {
  let name = kind
  for (let number = 2; taken.includes(name); number += 1) name = `${kind}-${number}`
  return name
}

/** What is sent to add a provider of `kind`; fields that were left empty are left out. */
export function bodyOf(kind: ProviderKind, form: FormData): NewProvider {
  const text = textOf(form)
  const options = optionsOf(kind, text)
  const limits = LIMITS.flatMap((name) => (text(name) === "" ? [] : [[name, Number(text(name))] as const]))
  const headers = headersOf(text("headers"))
  const models = wordsOf(text("models"))
  const promises = wordsOf(text("promises"))
  return {
    kind: kind.name,
    ...named("name", text("name")),
    ...named("base_url", text("base_url")),
    ...named("api_key", text("api_key")),
    ...named("label", text("label")),
    ...named("region", text("region")),
    ...(models.length > 0 ? { models } : {}),
    ...(promises.length > 0 ? { promises } : {}),
    ...(options.length > 0 ? { options: Object.fromEntries(options) } : {}),
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...Object.fromEntries(limits),
    ...(form.get("allow_private") === "on" ? { allow_private: true } : {}),
  }
}

/** What is sent to change a provider; a field that was emptied goes back to what its kind has. */
export function changeOf(kind: ProviderKind, form: FormData): ProviderChange {
  const text = textOf(form)
  return {
    base_url: text("base_url") || null,
    label: text("label") || null,
    models: wordsOf(text("models")),
    options: Object.fromEntries(optionsOf(kind, text)),
    headers: Object.fromEntries(headersOf(text("headers"))),
    allow_private: form.get("allow_private") === "on",
    ...named("api_key", text("api_key")),
  }
}

/** Headers as the form writes them, one a line. */
export function headerLines(provider: Pick<Provider, "headers">): string {
  return Object.entries(provider.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")
}

/** What is sent to bound a provider; a field that was emptied takes its bound away. */
export function boundsOf(form: FormData): ProviderBounds {
  const text = textOf(form)
  const count = (name: LimitName): number | null => (text(name) === "" ? null : Number(text(name)))
  return {
    requests_per_minute: count("requests_per_minute"),
    tokens_per_minute: count("tokens_per_minute"),
    concurrency: count("concurrency"),
    region: text("region") || null,
    promises: wordsOf(text("promises")),
  }
}

/** Which of the form's fields the server means by "providers.lab.options.region"; null if none. */
export function fieldOf(key: string | null): string | null {
  if (key === null) return null
  const option = /\.options\.([^.]+)$/.exec(key)?.[1]
  if (option !== undefined) return optionField(option)
  const last = key.split(".").at(-1) ?? ""
  return ["name", "base_url", "api_key", "label", "region", "promises", "models", "headers", ...LIMITS].find((one) => one === last) ?? null
}

/** Lines like "X-Title: Notes" as names and values. */
function headersOf(text: string): [string, string][] {
  return text.split("\n").flatMap((line) => {
    const at = line.indexOf(":")
    const name = (at < 0 ? line : line.slice(0, at)).trim()
    return name === "" ? [] : [[name, at < 0 ? "" : line.slice(at + 1).trim()]]
  })
}

type ReadText = (name: string) => string

function textOf(form: FormData): ReadText {
  return (name) => {
    const value = form.get(name)
    return typeof value === "string" ? value.trim() : ""
  }
}

/** The options of a kind that were filled in. */
function optionsOf(kind: ProviderKind, text: ReadText): [string, string][] {
  return kind.options.flatMap((option): [string, string][] => {
    const value = text(optionField(option.name))
    return value === "" ? [] : [[option.name, value]]
  })
}

function wordsOf(text: string): string[] {
  return text.split(/[\n,]+/).flatMap((word) => (word.trim() === "" ? [] : [word.trim()]))
}

function named<Name extends string>(name: Name, value: string): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {}
  if (value !== "") found[name] = value
  return found
}
