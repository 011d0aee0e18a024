import { Problem } from "@/api/problem"

/** What the server refused: which field of a form it means, and its sentence. */
export interface Refusal {
  field: string | null
  sentence: string
}

/** Read a refusal; where it stands says which field it means, so the sentence need not. */
export function fieldOfProblem(problem: Error, fieldOf: (key: string) => string | null): Refusal {
  const key = problem instanceof Problem ? problem.field : null
  const field = key === null ? null : fieldOf(key)
  return { field, sentence: field === null ? problem.message : problem.message.replace(`${key}: `, "") }
}

/** The field that a key like "providers.lab.base_url" ends in, if the form has it. */
export function fieldNamed(key: string, names: readonly string[]): string | null {
  const last = key.split(".").at(-1) ?? ""
  return names.find((name) => name === last) ?? null
}
