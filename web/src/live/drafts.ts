import { type Act, newId } from "@/live/acts"
import { addAct } from "@/live/act-store"
import { type Database, done } from "@/live/database"
import type { Outbox, Sending } from "@/live/outbox"
import { createSignal } from "@/live/signal"

/** What is being written in each conversation: kept while it is written, gone in the moment it is sent. */

/** A file that the server has. */
export interface Attachment {
  readonly fileId: string
  readonly name: string
  readonly mediaType: string
  readonly sizeBytes: number
}

/** A file that is not uploaded yet: it lives here alone. */
export interface PendingFile {
  readonly id: string
  readonly name: string
  readonly content: Blob
}

export interface Draft {
  /** Whether what was kept has been read; what is said before that is kept, too. */
  readonly isRead: boolean
  readonly text: string
  /** Who is to answer; empty is the conversation's own model. */
  readonly models: readonly string[]
  readonly attachments: readonly Attachment[]
  readonly files: readonly PendingFile[]
  /** The message in whose place this is to be said; null says it below the last one. */
  readonly edits: string | null
}

export type DraftChange = Partial<Pick<Draft, "text" | "models" | "attachments" | "edits">>

export interface DraftStore {
  view(): Draft
  subscribe(listener: () => void): () => void
  change(change: DraftChange): void
  /** Keep a file before it is uploaded. Returns the id by which it is uploaded, or taken away. */
  addFile(file: File): string
  /** A file was uploaded, or is not wanted any more. */
  settleFile(id: string, attachment: Attachment | null): void
  /** Put an act into the outbox and clear the draft: both are kept, or neither. */
  send(act: Act): Sending
  /** Write down what is not written yet. */
  flush(): Promise<void>
  /** Throw all of it away. */
  forget(): void
}

export interface DraftPorts {
  database: Database
  outbox: Pick<Outbox, "addWith">
  /** Where the last words go when the page ends: it is written before `setItem` returns. */
  journal: Pick<Storage, "getItem" | "setItem" | "removeItem">
  /** Hears that the page may end now. */
  onLeave(run: () => void): void
  /** Tells other tabs that a draft was kept. */
  tell(key: string): void
  onTold(run: (key: string) => void): void
  now(): number
  after(ms: number, run: () => void): () => void
}

interface Kept extends Required<DraftChange> {
  readonly key: string
  /** Counts what was sent from here: what was written down before the last sending is no draft any more. */
  readonly generation: number
  readonly atMs: number
}

/** What the page wrote down as it ended. */
interface Left extends Kept {
  /** What was sent, and not yet in the outbox: the generation that its sending began, and its words. */
  readonly unsent?: readonly Unsent[]
}

interface Unsent extends Pick<Required<DraftChange>, "text" | "attachments" | "edits"> {
  readonly generation: number
}

interface KeptFile extends PendingFile {
  readonly draft: string
}

const WRITE_AFTER_MS = 250
const JOURNAL = "salon.draft:"
const EMPTY: Draft = { isRead: false, text: "", models: [], attachments: [], files: [], edits: null }

/** Returns the draft of a conversation by its id. */
export function createDrafts(ports: DraftPorts): (key: string) => DraftStore {
  const stores = new Map<string, OneDraft>()
  ports.onLeave(() => {
    for (const store of stores.values()) store.leave()
  })
  ports.onTold((key) => void stores.get(key)?.reread())
  return (key) => {
    let store = stores.get(key)
    if (store === undefined) {
      store = openDraft(key, ports)
      stores.set(key, store)
    }
    return store
  }
}

interface OneDraft extends DraftStore {
  leave(): void
  reread(): Promise<void>
}

function openDraft(key: string, ports: DraftPorts): OneDraft {
  let draft = EMPTY
  let generation = 0
  /** What was changed here since it was last written. */
  let touched: Set<keyof DraftChange> = new Set()
  /** What is on its way to the outbox. */
  let unsent: readonly Unsent[] = []
  /** Whether some of it is on its way to the database, where the next page may look before it is there. */
  let isUnderWay = false
  let takeBack: (() => void) | null = null
  let writing: Promise<unknown> = Promise.resolve()
  const news = createSignal()

  const set = (change: Partial<Draft>): void => {
    draft = { ...draft, ...change }
    news.tell()
  }
  const kept = (): Kept => {
    const { text, models, attachments, edits } = draft
    return { key, generation, text, models, attachments, edits, atMs: ports.now() }
  }
  const soon = (): void => {
    // What cannot be kept now is tried with the next change, and goes to the journal in the end.
    takeBack ??= ports.after(WRITE_AFTER_MS, () => void flush().catch(nothing))
  }

  // -- reading ------------------------------------------------------------------------------------
  const load = async (): Promise<void> => {
    const [stored, files] = await ports.database.read(["drafts", "files"], (tx) => readAll(tx, key))
    const found = joined(stored, journalOf(ports.journal, key))
    generation = Math.max(generation, found?.generation ?? 0)
    const own = new Set(touched)
    const change: { -readonly [K in keyof DraftChange]: DraftChange[K] } = {}
    if (found && !own.has("text")) change.text = found.text
    if (found && !own.has("models")) change.models = found.models
    if (found && !own.has("attachments")) change.attachments = found.attachments
    // What an earlier page has kept does not say it.
    if (found && !own.has("edits")) change.edits = found.edits ?? null
    const known = new Set(files.map(({ id }) => id))
    set({ ...change, files: [...files, ...draft.files.filter(({ id }) => !known.has(id))], isRead: true })
    if (found !== stored) {
      touched.add("text")
      soon() // Not now: what is being sent waits for this.
    }
  }
  const reading = load().catch(() => set({ isRead: true }))

  // -- writing ------------------------------------------------------------------------------------
  /** Write after what is being written, whatever becomes of that. */
  const then = (work: () => Promise<void>): Promise<void> => {
    const written = writing.catch(nothing).then(work)
    writing = written
    written.catch(nothing)
    return written
  }
  const flush = (): Promise<void> => {
    takeBack?.()
    takeBack = null
    return then(write)
  }
  const write = async (): Promise<void> => {
    if (touched.size === 0) return
    const mine = touched
    touched = new Set()
    isUnderWay = true
    try {
      await ports.database.transact(["drafts"], (tx) => void tx.objectStore("drafts").put(kept()))
      clearJournal()
      ports.tell(key)
    } catch (problem) {
      touched = new Set([...mine, ...touched])
      throw problem
    } finally {
      isUnderWay = false
    }
  }
  const clearJournal = (): void => {
    if (touched.size === 0 && unsent.length === 0) ports.journal.removeItem(JOURNAL + key)
  }
  const leave = (): void => {
    if (touched.size === 0 && unsent.length === 0 && !isUnderWay) return
    try {
      const left: Left = { ...kept(), unsent }
      ports.journal.setItem(JOURNAL + key, JSON.stringify(left))
    } catch {
      // It is full: what is being written to the database is what there is.
    }
    flush().catch(nothing)
  }

  const change = (wanted: DraftChange): void => {
    for (const name of ["text", "models", "attachments", "edits"] as const) if (name in wanted) touched.add(name)
    set(wanted)
    soon()
  }

  return {
    view: () => draft,
    subscribe: news.on,
    change,
    addFile(file) {
      const pending: KeptFile = { id: newId("file"), name: file.name, content: file, draft: key }
      set({ files: [...draft.files, pending] })
      void then(() => ports.database.transact(["files"], (tx) => void tx.objectStore("files").put(pending)))
      return pending.id
    },
    settleFile(id, attachment) {
      const files = draft.files.filter((file) => file.id !== id)
      const attachments = attachment === null ? draft.attachments : [...draft.attachments, attachment]
      touched.add("attachments")
      set({ files, attachments })
      // Both at once: a reload finds the file in one of the two.
      void then(() =>
        ports.database.transact(["drafts", "files"], (tx) => {
          tx.objectStore("files").delete(id)
          tx.objectStore("drafts").put(kept())
        }),
      )
    },
    send(act) {
      const had = draft
      const sent = generation + 1
      takeBack?.()
      takeBack = null
      touched = new Set()
      generation = sent
      unsent = [...unsent, { generation: sent, text: had.text, attachments: had.attachments, edits: had.edits }]
      const arrived = (): void => {
        unsent = unsent.filter((one) => one.generation !== sent)
      }
      set({ text: "", attachments: [], files: [], edits: null })
      return ports.outbox.addWith(act, async (made) => {
        const cleared: Kept = { ...kept(), generation: sent, text: "", attachments: [], edits: null, models: had.models }
        const clear = async (tx: IDBTransaction): Promise<void> => {
          addAct(tx, made)
          tx.objectStore("drafts").put(cleared)
          for (const id of await fileIds(tx, key)) tx.objectStore("files").delete(id)
        }
        try {
          await then(async () => {
            await reading
            await ports.database.transact(["outbox", "drafts", "files"], clear)
          })
          arrived()
        } catch (problem) {
          arrived()
          // Nothing was kept: what was written is a draft again, before what was written since.
          generation = sent - 1
          const text = [had.text, draft.text].filter(Boolean).join("\n\n")
          set({ files: [...had.files, ...draft.files] })
          change({ text, attachments: [...had.attachments, ...draft.attachments], edits: draft.edits ?? had.edits })
          throw problem
        }
        clearJournal()
        ports.tell(key)
      })
    },
    flush,
    forget() {
      for (const { id } of draft.files) this.settleFile(id, null)
      change({ text: "", models: [], attachments: [], edits: null })
    },
    leave,
    async reread() {
      if (touched.size === 0) await load().catch(nothing)
    },
  }
}

const nothing = (): undefined => undefined

function readAll(tx: IDBTransaction, key: string): Promise<[Kept | undefined, KeptFile[]]> {
  const stored: IDBRequest<Kept | undefined> = tx.objectStore("drafts").get(key)
  const files: IDBRequest<KeptFile[]> = tx.objectStore("files").index("draft").getAll(key)
  return Promise.all([done(stored), done(files)])
}

function fileIds(tx: IDBTransaction, key: string): Promise<IDBValidKey[]> {
  return done(tx.objectStore("files").index("draft").getAllKeys(key))
}

function journalOf(journal: DraftPorts["journal"], key: string): Left | null {
  try {
    const found: Left | null = JSON.parse(journal.getItem(JOURNAL + key) ?? "null")
    return typeof found?.text === "string" && typeof found.generation === "number" ? found : null
  } catch {
    return null
  }
}

/** What was kept and what the page wrote down as it ended, as one. */
function joined(stored: Kept | undefined, last: Left | null): Kept | undefined {
  if (last === null) return stored
  const { unsent = [], ...written } = last
  const since = stored?.generation ?? 0
  if (written.generation < since) return stored
  if (stored && written.generation === since) return written.atMs >= stored.atMs ? written : stored
  // The page ended while something was being sent, and that was not kept: all of it is a draft again.
  const lost = unsent.filter(({ generation }) => generation > since)
  const texts = [...(lost.length > 0 ? lost : stored ? [stored] : []), written].map(({ text }) => text)
  const attachments = [...(lost[0] ?? stored ?? written).attachments]
  for (const one of [...lost.slice(1), written]) {
    attachments.push(...one.attachments.filter(({ fileId }) => !attachments.some((had) => had.fileId === fileId)))
  }
  const edits = written.edits ?? lost.at(-1)?.edits ?? null
  return { ...written, text: texts.filter(Boolean).join("\n\n"), attachments, edits }
}
