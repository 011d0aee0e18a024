import { expect, test } from "vitest"
import { createDrafts, type DraftStore } from "@/live/drafts"

/** Pages that end before the database has anything; what the next one finds is what was written down on leaving. */

const NEVER = new Promise<never>(() => undefined)

class Origin {
  private readonly words = new Map<string, string>()

  /** Open a page; `stored` is what the database has. Returns the draft, and what ends the page. */
  open(stored: object | null = null): { draft: DraftStore; pass: () => void; end: () => void } {
    const timers: (() => void)[] = []
    const leaving: (() => void)[] = []
    const drafts = createDrafts({
      database: { transact: () => NEVER, read: () => Promise.resolve(JSON.parse(JSON.stringify([stored, []])).map((one: unknown) => one ?? undefined)) },
      outbox: {
        addWith: () => ({ id: "web_1", kept: NEVER, answer: NEVER }),
      },
      journal: {
        getItem: (key) => this.words.get(key) ?? null,
        setItem: (key, value) => void this.words.set(key, value),
        removeItem: (key) => void this.words.delete(key),
      },
      onLeave: (run) => void leaving.push(run),
      tell: () => undefined,
      onTold: () => undefined,
      now: () => 1,
      after: (_, run) => {
        timers.push(run)
        return () => undefined
      },
    })
    return { draft: drafts("cnv_1"), pass: () => timers.splice(0).forEach((run) => run()), end: () => leaving.forEach((run) => run()) }
  }

  async text(stored: object | null = null): Promise<string> {
    const { draft } = this.open(stored)
    await expect.poll(() => draft.view().isRead).toBe(true)
    return draft.view().text
  }
}

const OLDER = { key: "cnv_1", generation: 0, text: "@mod", models: [], attachments: [], atMs: 0 }

test("what is on its way to the database as the page ends is a draft of the next one", async () => {
  const origin = new Origin()
  const { draft, pass, end } = origin.open(OLDER)
  await expect.poll(() => draft.view().isRead).toBe(true)
  draft.change({ text: "all the words" })
  pass()
  await new Promise((resolve) => setTimeout(resolve))
  end()
  expect(await origin.text(OLDER)).toBe("all the words")
})
