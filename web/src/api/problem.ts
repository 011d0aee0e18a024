import { t } from "@lingui/core/macro"

/** Why a call to the server gave nothing: three cases a page shows differently. */
export type ProblemKind = "offline" | "signed-out" | "refused"

export class Problem extends Error {
  readonly kind: ProblemKind
  /** Which field of what was sent is wrong, if the server named one: "providers.lab.options.region". */
  readonly field: string | null
  /** Of HTTP; 0 where there was no answer. */
  readonly status: number

  /** Words of ours are read when they are shown: a call may fail before a language is there to say so. */
  constructor(kind: ProblemKind, message: string | (() => string), field: string | null = null, status = 0) {
    super()
    Object.defineProperty(this, "message", typeof message === "string" ? { value: message } : { get: message })
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
  } catch {
    throw unreached()
  }
  if (answer.data !== undefined) return answer.data
  throw refused(
    answer.response.status,
    textAt(answer.error, ["error", "message"]),
    textAt(answer.error, ["error", "fields", "key"]) ?? textAt(answer.error, ["error", "fields", "field"]),
  )
}

/** What a call comes to that nobody answers: what the browser says of it is in its own words and language. */
export function unreached(): Problem {
  return new Problem("offline", () => t`The server cannot be reached. Try again in a moment.`)
}

/** What a refusal comes to: with the server's own sentence, or one about its status where it sent none. */
export function refused(status: number, sentence: string | null = null, field: string | null = null): Problem {
  const kind = status === 401 ? "signed-out" : "refused"
  return new Problem(kind, sentence ?? (() => t`The server answered with error ${status}. Try again, or ask whoever runs this Salon.`), field, status)
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
