import { forgetUpload, upload } from "@/features/conversations/composer/attachments/upload"
import { nameHere } from "@/live/browser-outbox"
import type { DraftStore, PendingFile } from "@/live/drafts"
import { createSignal } from "@/live/signal"

/** The files of this tab that are on their way, whichever conversation is shown. */
export interface UploadState {
  readonly sentBytes: number
  /** Why it does not go on; null while it does. */
  readonly problem: string | null
}

interface Running {
  readonly stop: AbortController
  address: string | null
}

const news = createSignal()
const running = new Map<string, Running>()
let states: ReadonlyMap<string, UploadState> = new Map()

function set(id: string, state: UploadState | null): void {
  const next = new Map(states)
  if (state === null) next.delete(id)
  else next.set(id, state)
  states = next
  news.tell()
}

const placeOf = (id: string): string => nameHere(`upload.${id}`)

export const uploads = {
  subscribe: news.on,
  view: () => states,

  /** Send a file of a draft, unless it is being sent; after a reload it goes on where the server is. */
  start({ id, name, content }: PendingFile, store: DraftStore): void {
    if (running.has(id)) return
    const one: Running = { stop: new AbortController(), address: sessionStorage.getItem(placeOf(id)) }
    running.set(id, one)
    set(id, { sentBytes: 0, problem: null })
    upload(content, {
      name,
      actId: id,
      signal: one.stop.signal,
      address: one.address,
      onAddress(address) {
        one.address = address
        sessionStorage.setItem(placeOf(id), address)
      },
      onSent: (sentBytes) => set(id, { sentBytes, problem: null }),
    }).then(
      (attachment) => {
        store.settleFile(id, attachment)
        end(id)
      },
      (problem: unknown) => {
        if (one.stop.signal.aborted) return end(id)
        const message = problem instanceof Error ? problem.message : String(problem)
        set(id, { sentBytes: 0, problem: message })
      },
    )
  },

  /** Try once more after a failure. */
  again(file: PendingFile, store: DraftStore): void {
    running.delete(file.id)
    uploads.start(file, store)
  },

  /** The file is not wanted any more. */
  cancel(id: string, store: DraftStore): void {
    const one = running.get(id)
    one?.stop.abort()
    if (one?.address) forgetUpload(one.address)
    store.settleFile(id, null)
    end(id)
  },
}

function end(id: string): void {
  running.delete(id)
  sessionStorage.removeItem(placeOf(id))
  set(id, null)
}
