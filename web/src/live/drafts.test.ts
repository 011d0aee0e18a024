import { IDBFactory } from "fake-indexeddb"
import { expect, test, vi } from "vitest"
import { createDatabase } from "@/live/database"
import { createDrafts, type DraftStore } from "@/live/drafts"

/** Pages that end before the database has anything, and pages that are open side by side. */

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

/** A browser whose tabs share a database, a journal and what they tell each other. */
class Browser {
  readonly words = new Map<string, string>()
  private readonly tabs = new Map<number, { hear: ((key: string) => void)[]; timers: (() => void)[]; leave: (() => void)[] }>()
  private time = 1

  constructor() {
    vi.stubGlobal("indexedDB", new IDBFactory())
  }

  open(tab: number): DraftStore {
    const own: { hear: ((key: string) => void)[]; timers: (() => void)[]; leave: (() => void)[] } = { hear: [], timers: [], leave: [] }
    this.tabs.set(tab, own)
    const drafts = createDrafts({
      database: createDatabase("salon"),
      outbox: {
        addWith: (act, keep) => {
          const kept = keep({ ...act, id: "web_1", space: null, atMs: 1, problem: null })
          return { id: "web_1", kept, answer: NEVER }
        },
      },
      journal: {
        getItem: (key) => this.words.get(key) ?? null,
        setItem: (key, value) => void this.words.set(key, value),
        removeItem: (key) => void this.words.delete(key),
      },
      onLeave: (run) => void own.leave.push(run),
      tell: (key) => {
        for (const [name, one] of this.tabs) if (name !== tab) for (const hear of one.hear) hear(key)
      },
      onTold: (run) => void own.hear.push(run),
      now: () => (this.time += 1),
      after: (_, run) => {
        own.timers.push(run)
        return () => void (own.timers = own.timers.filter((one) => one !== run))
      },
    })
    return drafts("cnv_1")
  }

  /** Let what was to happen later happen. */
  async pass(tab: number): Promise<void> {
    for (const run of this.tabs.get(tab)?.timers.splice(0) ?? []) run()
    await this.rest()
  }

  /** The tab goes away while nothing it began gets anywhere. */
  end(tab: number): void {
    this.tabs.get(tab)?.leave.forEach((run) => run())
    this.tabs.delete(tab)
  }

  rest(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 30))
  }
}

const said = { method: "POST", path: "/said", kind: "x", about: "" } as const

test("what was sent in one tab comes back in none, whichever had it from the page that ended", async () => {
  const browser = new Browser()
  const other = browser.open(2)
  browser.words.set("salon.draft:cnv_1", JSON.stringify({ ...OLDER, text: "all the words", atMs: 5 }))
  const late = browser.open(3)
  const draft = browser.open(1)
  await expect.poll(() => [draft, late].map((one) => one.view().text)).toEqual(["all the words", "all the words"])
  await draft.send(said).kept
  await browser.rest()
  await browser.pass(3)
  await browser.pass(2)
  expect([draft, late, other].map((one) => one.view().text)).toEqual(["", "", ""])
  const next = browser.open(4)
  await browser.rest()
  expect(next.view()).toMatchObject({ isRead: true, text: "" })
})

test("who hears of the words as they are being sent does not put them back", async () => {
  const browser = new Browser()
  const draft = browser.open(1)
  const other = browser.open(2)
  await browser.rest()
  other.change({ text: "all the words" })
  await browser.pass(2)
  expect(draft.view().text).toBe("all the words")
  const { kept } = draft.send(said)
  other.change({ models: ["demo"] })
  await browser.pass(2)
  await kept
  await browser.rest()
  expect([draft, other].map((one) => [one.view().text, one.view().models])).toEqual([
    ["", ["demo"]],
    ["", ["demo"]],
  ])
})

test("what is written in a tab stays while another one sends what it had", async () => {
  const browser = new Browser()
  const draft = browser.open(1)
  const other = browser.open(2)
  await browser.rest()
  draft.change({ text: "first" })
  await browser.pass(1)
  other.change({ text: "first and more" })
  await draft.send(said).kept
  await browser.rest()
  await browser.pass(2)
  expect(other.view().text).toBe("first and more")
  browser.end(2)
  const next = browser.open(3)
  await browser.rest()
  expect(next.view().text).toBe("first and more")
})

test("words that were written before the older ones were read are kept with them as the page ends", async () => {
  const origin = new Origin()
  const { draft, end } = origin.open({ ...OLDER, generation: 3 })
  draft.change({ text: "more" })
  end()
  expect(await origin.text({ ...OLDER, generation: 0 })).toBe("@mod\n\nmore")
})

test("what is said before the older words were read leaves them in the box, with their file", async () => {
  const browser = new Browser()
  const before = browser.open(1)
  await browser.rest()
  before.change({ text: "the older words" })
  const file = before.addFile(new File(["x"], "a.txt"))
  await browser.pass(1)
  browser.end(1)
  const draft = browser.open(2)
  draft.change({ text: "said at once" })
  await draft.send(said).kept
  const next = browser.open(3)
  await expect.poll(() => next.view().isRead).toBe(true)
  await browser.rest()
  expect([draft, next].map(({ view }) => [view().text, view().files.map(({ id }) => id)])).toEqual([
    ["the older words", [file]],
    ["the older words", [file]],
  ])
})

const attachment = (fileId: string) => ({ fileId, name: "a.txt", mediaType: "text/plain", sizeBytes: 1 })
const shown = (one: DraftStore): unknown => [one.view().files.length, one.view().attachments.map(({ fileId }) => fileId)]

test("a file that two tabs upload is attached once, and none is lost that only one of them had", async () => {
  const browser = new Browser()
  const draft = browser.open(1)
  const other = browser.open(2)
  await browser.rest()
  const [first, second] = [1, 2].map(() => draft.addFile(new File(["x"], "a.txt")))
  draft.change({ text: "with files" })
  await browser.pass(1)
  expect(other.view().files.map(({ id }) => id).toSorted()).toEqual([first, second].toSorted())
  draft.settleFile(first ?? "", attachment("fil_1"))
  other.settleFile(first ?? "", attachment("fil_2"))
  other.settleFile(second ?? "", attachment("fil_3"))
  // Hearing of each other's files meanwhile brings none of them back.
  expect([draft, other].map((one) => one.view().files.length)).toEqual([1, 0])
  await expect.poll(() => [draft, other].map(shown)).toEqual(Array.from({ length: 2 }, () => [0, ["fil_1", "fil_3"]]))
})
