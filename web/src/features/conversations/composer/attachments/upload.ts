import { t } from "@lingui/core/macro"
import { api, serverAddress } from "@/api/client"
import { Problem, refused, take, unreached } from "@/api/problem"
import { newActId } from "@/live/acts"
import type { Attachment } from "@/live/drafts"

/** Files go to the server in pieces, as tus has it: after a cut it goes on where the server is. */

export interface UploadOptions {
  readonly name: string
  /** The client's own id of beginning it: asked for again after a lost answer, it is begun once. */
  readonly actId: string
  readonly signal: AbortSignal
  /** Where an earlier try began; null where there was none. */
  readonly address: string | null
  onAddress(address: string): void
  onSent(bytes: number): void
}

const PIECE_BYTES = 8_000_000
const MOST_TRIES = 6
const TUS = { "Tus-Resumable": "1.0.0" } as const

/** Send a file. Returns what the server made of it. Throws: Problem; AbortError. */
export async function upload(file: Blob, options: UploadOptions): Promise<Attachment> {
  let failures = 0
  let { address, actId } = options
  for (;;) {
    try {
      address ??= await begin(file, actId, options)
      const fileId = await sendFrom(address, file, options)
      const stored = await take(api.GET("/salon/v1/files/{file_id}", { params: { path: { file_id: fileId } } }))
      return { fileId, name: stored.name, mediaType: stored.media_type, sizeBytes: stored.size_bytes }
    } catch (problem) {
      options.signal.throwIfAborted()
      const isGone = problem instanceof Problem && (problem.status === 404 || problem.status === 410)
      if ((isFinal(problem) && !isGone) || (failures += 1) >= MOST_TRIES) throw problem instanceof Problem ? problem : unreached()
      if (isGone) {
        address = null
        actId = newActId()
      } else await pause(failures, options.signal)
    }
  }
}

/** Let go of what came. What cannot be said now, the server forgets by itself in a week. */
export function forgetUpload(address: string): void {
  fetch(address, { method: "DELETE", credentials: "same-origin", headers: TUS }).catch(() => undefined)
}

async function begin(file: Blob, actId: string, { name, signal, onAddress }: UploadOptions): Promise<string> {
  const told = [`filename ${base64(name)}`, ...(file.type === "" ? [] : [`filetype ${base64(file.type)}`])]
  const response = await fetch(`${serverAddress()}/salon/v1/uploads`, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      ...TUS,
      "Idempotency-Key": actId,
      "Upload-Length": String(file.size),
      "Upload-Metadata": told.join(","),
    },
    signal,
  })
  if (!response.ok) throw refusal(response.status, await response.text())
  const address = new URL(response.headers.get("location") ?? "", document.baseURI).href
  onAddress(address)
  return address
}

async function sendFrom(address: string, file: Blob, options: UploadOptions): Promise<string> {
  const { signal, onSent } = options
  const state = await fetch(address, { method: "HEAD", credentials: "same-origin", headers: TUS, signal })
  if (!state.ok) throw refusal(state.status, "")
  let fileId = state.headers.get("salon-file")
  let offset = Number(state.headers.get("upload-offset"))
  onSent(offset)
  while (fileId === null) {
    const piece = file.slice(offset, offset + PIECE_BYTES)
    const from = offset
    const answer = await patch(address, piece, from, signal, (bytes) => onSent(from + bytes))
    offset = answer.offset
    fileId = answer.fileId
    if (piece.size === 0 && fileId === null) throw new Problem("refused", t`The server did not take the whole file. Try again.`)
  }
  return fileId
}

/** With XMLHttpRequest, for only that tells how much of a body has gone. */
function patch(
  address: string,
  piece: Blob,
  offset: number,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<{ offset: number; fileId: string | null }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = (): void => request.abort()
    signal.addEventListener("abort", stop, { once: true })
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop))
    request.upload.addEventListener("progress", (event) => onSent(event.loaded))
    request.addEventListener("error", () => reject(unreached()))
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")))
    request.addEventListener("load", () => {
      const { status } = request
      const at = Number(request.getResponseHeader("upload-offset"))
      if (status === 204) resolve({ offset: at, fileId: request.getResponseHeader("salon-file") })
      else reject(refusal(status, request.responseText))
    })
    request.open("PATCH", address)
    for (const [name, value] of Object.entries(TUS)) request.setRequestHeader(name, value)
    request.setRequestHeader("Upload-Offset", String(offset))
    request.setRequestHeader("Content-Type", "application/offset+octet-stream")
    request.send(piece)
  })
}

/** With what the server said. */
function refusal(status: number, text: string): Problem {
  const sentence = /"message":\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1]
  return refused(status, sentence === undefined ? null : String(JSON.parse(sentence)))
}

/** Whether the server will say the same again; what may pass is tried again. */
function isFinal(problem: unknown): boolean {
  const status = problem instanceof Problem ? problem.status : 0
  return status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 429
}

function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)))
}

function pause(failures: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      removeEventListener("online", end)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, 500 * 2 ** failures)
    addEventListener("online", end)
    signal.addEventListener("abort", end)
  })
}
