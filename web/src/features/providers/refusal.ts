import { fieldOfProblem, type Refusal } from "@/features/house/refused-field"
import { fieldOf } from "@/features/providers/provider-form"

export type { Refusal }

/** Read what the server refused of a provider's form. */
export function refusalOf(problem: Error): Refusal {
  return fieldOfProblem(problem, fieldOf)
}
