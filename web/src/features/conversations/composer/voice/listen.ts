import { serverAddress } from "@/api/client"
import { refused, unreached } from "@/api/problem"
import { hearingProblem } from "@/features/conversations/composer/voice/hearing-problem"

/** Turns speech into words: by a model of the house where there is one, else by the browser's own service. */
export interface Listening {
  /** End it; the words that are left come still. */
  stop(): void
  /** Fulfilled when nothing comes any more. Throws: Error with a sentence. */
  readonly done: Promise<void>
}

export interface ListenOptions {
  /** The model that writes down what is said; null for the browser. */
  readonly model: string | null
  readonly language: string
  onText(text: string): void
}

export function listen(options: ListenOptions): Promise<Listening> {
  return options.model === null ? Promise.resolve(recognise(options)) : record(options.model, options)
}

async function record(model: string, { language, onText }: ListenOptions): Promise<Listening> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((problem: unknown) => {
    throw hearingProblem(problem instanceof DOMException ? problem.name : "")
  })
  const recorder = new MediaRecorder(stream)
  const pieces: Blob[] = []
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data))
  const ended = new Promise<void>((resolve) => {
    recorder.addEventListener("stop", () => resolve(), { once: true })
  })
  recorder.start()
  const write = async (): Promise<void> => {
    await ended
    for (const track of stream.getTracks()) track.stop()
    onText(await transcribe(new Blob(pieces, { type: recorder.mimeType }), model, language))
  }
  return { stop: () => recorder.stop(), done: write() }
}

async function transcribe(sound: Blob, model: string, language: string): Promise<string> {
  const form = new FormData()
  const [, kind = "webm"] = /^audio\/(\w+)/.exec(sound.type) ?? []
  form.set("model", model)
  form.set("file", sound, `speech.${kind}`)
  form.set("language", language)
  const response = await fetch(`${serverAddress()}/v1/audio/transcriptions`, {
    method: "POST",
    credentials: "same-origin",
    body: form,
  }).catch(() => {
    throw unreached()
  })
  const body: unknown = await response.json().catch(() => null)
  const text: unknown = body instanceof Object ? Reflect.get(body, "text") : null
  if (response.ok && typeof text === "string") return text
  const error: unknown = body instanceof Object ? Reflect.get(body, "error") : null
  const message: unknown = error instanceof Object ? Reflect.get(error, "message") : null
  throw refused(response.status, typeof message === "string" ? message : null)
}

function recognise({ language, onText }: ListenOptions): Listening {
  const Recogniser = recogniser()
  if (Recogniser === null) throw hearingProblem("")
  const one = new Recogniser()
  one.lang = language
  one.continuous = true
  const done = new Promise<void>((resolve, reject) => {
    one.onresult = (event) => {
      const results = [...Array(event.results.length).keys()].slice(event.resultIndex)
      onText(results.map((place) => event.results[place]?.[0]?.transcript ?? "").join(" "))
    }
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- its events are not in TypeScript's library
    one.onerror = (event) => {
      if (event.error === "no-speech" || event.error === "aborted") resolve()
      else reject(hearingProblem(event.error))
    }
    one.onend = () => resolve()
  })
  one.start()
  return { stop: () => one.stop(), done }
}

interface Recognition {
  lang: string
  continuous: boolean
  onresult: ((event: { resultIndex: number; results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null
  onerror: ((event: { error: string }) => void) | null
  onend: (() => void) | null
  start(): void
  stop(): void
}

/** What TypeScript's library does not know yet, under either of its names. */
function recogniser(): (new () => Recognition) | null {
  return Reflect.get(globalThis, "SpeechRecognition") ?? Reflect.get(globalThis, "webkitSpeechRecognition") ?? null
}
