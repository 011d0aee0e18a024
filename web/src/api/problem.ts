/** Why a call to the server gave nothing: three cases a page shows differently. */
export type ProblemKind = "offline" | "signed-out" | "refused"

export class Problem extends Error {
  readonly kind: ProblemKind

  constructor(kind: ProblemKind, message: string) {
    super(message)
    this.kind = kind
  }
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Return the data of a call. Throws: Problem, with the server's own sentence if it sent one. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await call
  } catch (problem) {
    throw new Problem("offline", problem instanceof Error ? problem.message : String(problem))
  }
  if (answer.data !== undefined) return answer.data
  const kind = answer.response.status === 401 ? "signed-out" : "refused"
  throw new Problem(kind, sentenceOf(answer.error) ?? `${answer.response.status} ${answer.response.statusText}`)
}

function sentenceOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null
  const error = body.error
  if (typeof error !== "object" || error === null || !("message" in error)) return null
  return typeof error.message === "string" ? error.message : null
}
