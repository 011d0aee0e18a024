import type { Value, Variable } from "@/features/conversations/composer/prompts/api"

const PLACE = /\{\{\s*([A-Za-z_][\w-]*)\s*\}\}/g

/** The places of a text, in order, each once. */
export function placesIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].flatMap(([, name]) => (name === undefined ? [] : [name])))]
}

/** What is known of each place of a text; a new one takes words. */
export function variablesOf(text: string, known: readonly Variable[]): Variable[] {
  return placesIn(text).map(
    (name) =>
      known.find((one) => one.name === name) ?? {
        name,
        kind: "text",
        label: "",
        is_required: true,
        options: [],
        default: null,
      },
  )
}

/** What a form says for each variable, in its type; what was left empty is left out. */
export function valuesOf(variables: readonly Variable[], form: FormData): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const { name, kind } of variables) {
    const said = form.get(name)
    if (kind === "boolean") values[name] = said === "on"
    else if (typeof said === "string" && said !== "") values[name] = kind === "number" ? Number(said) : said
  }
  return values
}
