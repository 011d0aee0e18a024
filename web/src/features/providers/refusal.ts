import { Problem } from "@/api/problem"
import { fieldOf } from "@/features/providers/provider-form"

/** What the server refused: which field of a form it means, and its sentence. */
export interface Refusal {
  field: string | null
  sentence: string
}

/** Read a refusal; where it stands says which field it means, so the sentence need not. */
export function refusalOf(problem: Error): Refusal {
  const key = problem instanceof Problem ? problem.field : null
  const field = fieldOf(key)
  return { field, sentence: field === null ? problem.message : problem.message.replace(`${key}: `, "") }
}
