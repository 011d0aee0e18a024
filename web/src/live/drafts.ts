import { type Act, newId } from "@/live/acts"
import { addAct } from "@/live/act-store"
import { type Database, done } from "@/live/database"
import type { Outbox, Sending } from "@/live/outbox"
import {
  joined,
  journalOf,
  type Kept,
  type KeptFile,
  type Left,
  placeOf,
  readAll,
  type Unsent,
  withAll,
  without,
} from "@/live/kept-draft"
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

const WRITE_AFTER_MS = 250
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
  /** Whether the journal held what the database has not. */
  let isFromJournal = false
  /** What is on its way to the outbox. */
  let unsent: readonly Unsent[] = []
  /** What is on its way to the database, where others may look before it is there; null when nothing is. */
  let underWay: typeof touched | null = null
  /** Files that this tab is putting into the database, and those that it has taken out or is about to. */
  const adding = new Set<string>()
  const settled = new Set<string>()
  /** What was uploaded here and is not written yet. */
  let arriving: readonly Attachment[] = []
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
  /** Take over what was kept elsewhere, but for what was changed here. */
  const take = (found: Kept, own: ReadonlySet<keyof DraftChange>): void => {
    generation = Math.max(generation, found.generation)
    // What an earlier page has kept does not say what it edits.
    const { text, models, attachments, edits = null } = found
    set({
      ...(own.has("text") ? {} : { text }),
      ...(own.has("models") ? {} : { models }),
      ...(own.has("attachments") ? {} : { attachments: withAll(attachments, arriving) }),
      ...(own.has("edits") ? {} : { edits }),
    })
  }

  // -- reading ------------------------------------------------------------------------------------
  const load = async (left: Left | null): Promise<void> => {
    const [stored, files] = await ports.database.read(["drafts", "files"], (tx) => readAll(tx, key))
    const found = joined(stored, left)
    // Something was sent from here meanwhile, or is still to be written: this is what it was before.
    const isOlder = found && (found.generation < generation || (isFromJournal && found.generation === generation))
    // The first time it is what the next words are to stand in, whatever was said before it was there.
    if (isOlder && draft.isRead) return
    if (found) take(found, new Set([...touched, ...(underWay ?? [])]))
    const known = new Set(files.map(({ id }) => id))
    const own = draft.files.filter(({ id }) => adding.has(id) && !known.has(id))
    set({ files: [...files.filter(({ id }) => !settled.has(id)), ...own] })
    if (found !== stored) {
      isFromJournal = true
      soon() // Not now: what is being sent waits for this.
    }
  }
  const reading = load(journalOf(ports.journal, key))
    .catch(nothing)
    .then(() => set({ isRead: true }))

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
    return then(async () => {
      if (touched.size > 0 || isFromJournal) await write(["drafts"])
    })
  }
  const write = async (stores: ("drafts" | "files")[], before?: (tx: IDBTransaction) => Promise<void>): Promise<void> => {
    await reading
    const mine = touched
    touched = new Set()
    underWay = mine
    try {
      await ports.database.transact(stores, async (tx) => {
        await before?.(tx)
        const stored: Kept | undefined = await done(tx.objectStore("drafts").get(key))
        // It is cleared together with what is put into the outbox, and not before.
        if (unsent.length > 0) return
        // Other tabs write, too. Once one of them has sent it, what the journal had is said.
        if (stored && (stored.generation > generation || !isFromJournal)) take(stored, new Set([...mine, ...touched]))
        tx.objectStore("drafts").put(kept())
        isFromJournal = false
      })
      clearJournal()
      ports.tell(key)
    } catch (problem) {
      touched = new Set([...mine, ...touched])
      throw problem
    } finally {
      underWay = null
    }
  }
  const clearJournal = (): void => {
    if (touched.size === 0 && !isFromJournal && unsent.length === 0) ports.journal.removeItem(placeOf(key))
  }
  const leave = (): void => {
    if (touched.size === 0 && !isFromJournal && unsent.length === 0 && underWay === null) return
    try {
      // What was written before the rest was read comes after it.
      const left: Left = { ...kept(), generation: draft.isRead ? generation : ports.now(), unsent }
      ports.journal.setItem(placeOf(key), JSON.stringify(left))
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
      adding.add(pending.id)
      set({ files: [...draft.files, pending] })
      const put = (): Promise<void> => ports.database.transact(["files"], (tx) => void tx.objectStore("files").put(pending))
      void then(put).then(() => adding.delete(pending.id), nothing)
      return pending.id
    },
    settleFile(id, attachment) {
      const files = draft.files.filter((file) => file.id !== id)
      const here = attachment === null ? [] : [attachment]
      settled.add(id)
      arriving = [...arriving, ...here]
      set({ files, attachments: [...draft.attachments, ...here] })
      const settle = async (tx: IDBTransaction): Promise<void> => {
        const found = await done(tx.objectStore("files").getKey(id))
        tx.objectStore("files").delete(id)
        if (found !== undefined) return
        // Another tab has uploaded it as well, and was first.
        arriving = without(arriving, here)
        set({ attachments: without(draft.attachments, here) })
      }
      // Both at once: a reload finds the file in one of the two.
      void then(() => write(["drafts", "files"], settle)).then(
        () => void (arriving = without(arriving, here)),
        () => change({ attachments: draft.attachments }),
      )
    },
    send(act) {
      const had = draft
      const before = generation
      const sent = Math.max(before + 1, ports.now())
      takeBack?.()
      takeBack = null
      touched = new Set()
      isFromJournal = false
      generation = sent
      unsent = [...unsent, { generation: sent, text: had.text, attachments: had.attachments, edits: had.edits }]
      const arrived = (): void => {
        unsent = unsent.filter((one) => one.generation !== sent)
      }
      set({ text: "", attachments: [], files: [], edits: null })
      return ports.outbox.addWith(act, async (made) => {
        const clear = (tx: IDBTransaction): void => {
          addAct(tx, made)
          tx.objectStore("drafts").put(kept())
          for (const { id } of had.files) tx.objectStore("files").delete(id)
          isFromJournal = false
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
          generation = before
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
    // The journal is for the page that comes after the one that ended.
    reread: () => load(null).catch(nothing),
  }
}

const nothing = (): undefined => undefined
