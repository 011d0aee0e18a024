/** Why a call to the server gave nothing: three cases a page shows differently. */
export type ProblemKind = "offline" | "signed-out" | "refused"

export class Problem extends Error {
  readonly kind: ProblemKind
  /** Which field of what was sent is wrong, if the server named one: "providers.lab.options.region". */
  readonly field: string | null
  /** Of HTTP; 0 where there was no answer. */
  readonly status: number

  constructor(kind: ProblemKind, message: string, field: string | null = null, status = 0) {
    super(message)
    this.kind = kind
    this.field = field
    this.status = status
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
  const sentence = textAt(answer.error, ["error", "message"])
  throw new Problem(
    kind,
    sentence ?? `${answer.response.status} ${answer.response.statusText}`,
    textAt(answer.error, ["error", "fields", "key"]) ?? textAt(answer.error, ["error", "fields", "field"]),
    answer.response.status,
  )
}

/** The text below some names of a value nobody has looked at yet; null if there is none. */
function textAt(value: unknown, names: readonly string[]): string | null {
  let found = value
  for (const name of names) {
    if (typeof found !== "object" || found === null) return null
    found = Reflect.get(found, name)
  }
  return typeof found === "string" ? found : null
}
