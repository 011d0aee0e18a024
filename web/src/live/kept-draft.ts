import { done } from "@/live/database"
import type { Attachment, DraftChange, PendingFile } from "@/live/drafts"

/** A draft as it is kept: in the database while it is written, and in the journal of a page that ended. */

export interface Kept extends Required<DraftChange> {
  readonly key: string
  /** When the last of it was sent, in ms: what was written down before that is no draft any more. */
  readonly generation: number
  readonly atMs: number
}

/** What the page wrote down as it ended. */
export interface Left extends Kept {
  /** What was sent, and not yet in the outbox: the generation that its sending began, and its words. */
  readonly unsent?: readonly Unsent[]
}

export interface Unsent extends Pick<Required<DraftChange>, "text" | "attachments" | "edits"> {
  readonly generation: number
}

export interface KeptFile extends PendingFile {
  readonly draft: string
}

/** Where a page that ends writes the draft of this key. */
export const placeOf = (key: string): string => `salon.draft:${key}`

export const without = (all: readonly Attachment[], some: readonly Attachment[]): readonly Attachment[] =>
  all.filter(({ fileId }) => !some.some((one) => one.fileId === fileId))
export const withAll = (all: readonly Attachment[], more: readonly Attachment[]): readonly Attachment[] => [...all, ...without(more, all)]

export function readAll(tx: IDBTransaction, key: string): Promise<[Kept | undefined, KeptFile[]]> {
  const stored: IDBRequest<Kept | undefined> = tx.objectStore("drafts").get(key)
  const files: IDBRequest<KeptFile[]> = tx.objectStore("files").index("draft").getAll(key)
  return Promise.all([done(stored), done(files)])
}

export function journalOf(journal: Pick<Storage, "getItem">, key: string): Left | null {
  try {
    const found: Left | null = JSON.parse(journal.getItem(placeOf(key)) ?? "null")
    return typeof found?.text === "string" && typeof found.generation === "number" ? found : null
  } catch {
    return null
  }
}

/** What was kept and what the page wrote down as it ended, as one. */
export function joined(stored: Kept | undefined, last: Left | null): Kept | undefined {
  if (last === null) return stored
  const { unsent = [], ...written } = last
  const since = stored?.generation ?? 0
  if (written.generation < since) return stored
  if (stored && written.generation === since) return written.atMs >= stored.atMs ? written : stored
  // The page ended while something was being sent, and that was not kept: all of it is a draft again.
  const lost = unsent.filter(({ generation }) => generation > since)
  const texts = [...(lost.length > 0 ? lost : stored ? [stored] : []), written].map(({ text }) => text)
  const attachments = [...lost.slice(1), written].reduce(
    (all, one) => withAll(all, one.attachments),
    (lost[0] ?? stored ?? written).attachments,
  )
  const edits = written.edits ?? lost.at(-1)?.edits ?? null
  return { ...written, text: texts.filter(Boolean).join("\n\n"), attachments, edits }
}
