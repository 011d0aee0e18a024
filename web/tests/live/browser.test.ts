import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { openBrowser } from "../browser/browser.ts"
import { api, begin, HOUSE, message, SCALE, SEED, send } from "./house.ts"
import { dice, openWire, type Wire } from "./net.ts"
import { livePages, openTab, ready } from "./page.ts"

/** What a browser keeps: drafts and the outbox over reloads, cut networks and several tabs, against a real house. */

let browser: Browser
let wire: Wire
let profile: BrowserContext
let page: Page
let roll: () => number
beforeAll(async () => {
  browser = await openBrowser()
  wire = await openWire(HOUSE, await livePages())
})
beforeEach(async () => {
  roll = dice(SEED)
  profile = await browser.newContext()
  page = await openTab(profile, wire.address)
  return async () => {
    wire.mend()
    await profile.close()
  }
})
afterAll(async () => {
  await browser.close()
  await wire.close()
})

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function said(conversationId: string): Promise<string[]> {
  const path = { conversation_id: conversationId }
  const params = { path, query: { limit: 200 } }
  const call = api.GET("/salon/v1/conversations/{conversation_id}/messages", { params })
  return (await call).data?.items.map(({ content }) => String(content?.parts[0]?.["text"])) ?? []
}

/** What is written, once it was read. */
async function written(tab: Page, id: string): Promise<{ text: string; models: readonly string[]; files: string[] }> {
  await ready(tab)
  return tab.evaluate(async (key) => {
    const draft = live.draft(key)
    while (!draft.view().isRead) await new Promise((resolve) => setTimeout(resolve, 5))
    const { text, models, files } = draft.view()
    return { text, models, files: await Promise.all(files.map((file) => file.content.text())) }
  }, id)
}

function queue(tab: Page, conversationId: string, text: string): Promise<void> {
  const act = {
    method: "POST" as const,
    path: `/salon/v1/conversations/${conversationId}/send`,
    body: { text, answer: false },
    kind: "send",
    about: conversationId,
  }
  return tab.evaluate((wanted) => live.outbox.add(wanted).kept, act)
}

const waiting = (tab: Page): Promise<number> => tab.evaluate(() => live.outbox.state().acts.length)

test("what is written survives a reload at any time", async () => {
  await page.evaluate(async () => {
    live.draft("cnv_1").change({ models: ["one/model"] })
    live.draft("cnv_1").addFile(new File(["what is in it"], "a.txt"))
    // A file takes its time to be kept; words are there at once.
    await live.draft("cnv_1").flush()
  })
  let text = ""
  for (let at = 0; at < 8 * SCALE; at += 1) {
    text += `word-${at} `
    await page.evaluate((words) => live.draft("cnv_1").change({ text: words }), text)
    await wait(roll() < 0.5 ? 0 : roll() * 400)
    await page.reload()
    expect(await written(page, "cnv_1")).toEqual({ text, models: ["one/model"], files: ["what is in it"] })
  }
})

test("what is sent is a draft or in the outbox, never both and never neither, and is said once", async () => {
  const id = await begin()
  const texts: string[] = []
  for (let at = 0; at < 8 * SCALE; at += 1) {
    wire.sever()
    const text = `number ${at}`
    texts.push(text)
    let isSent = false
    while (!isSent) {
      const act = {
        method: "POST" as const,
        path: `/salon/v1/conversations/${id}/send`,
        body: { text, answer: false },
        kind: "send",
        about: id,
      }
      await page.evaluate(
        ([key, words, wanted]) => {
          live.draft(key).change({ text: words })
          live.draft(key).send(wanted)
        },
        [id, text, act] as const,
      )
      await wait(roll() < 0.5 ? 0 : roll() * 30)
      wire.mend()
      await page.reload()
      const { text: left } = await written(page, id)
      isSent = left === ""
      if (!isSent) expect(left).toBe(text)
    }
    await expect.poll(() => waiting(page)).toBe(0)
  }
  expect(await said(id)).toEqual(texts)
})

test("what is sent in the very moment in which the page ends is a draft or sent, with what was written since", async () => {
  const id = await begin()
  const texts: string[] = []
  for (let at = 0; at < 4 * SCALE; at += 1) {
    wire.sever()
    const key = `${id}-${at}`
    const act = {
      method: "POST" as const,
      path: `/salon/v1/conversations/${id}/send`,
      body: { text: `number ${at}`, answer: false },
      kind: "send",
      about: id,
    }
    await page.evaluate(
      ([draft, words, since, wanted]) => {
        // Nothing of this draft was read before: its sending waits for that.
        live.draft(draft).change({ text: words })
        live.draft(draft).send(wanted)
        if (since !== "") live.draft(draft).change({ text: since })
        location.reload()
      },
      [key, `number ${at}`, at % 2 === 1 ? "and this" : "", act] as const,
    )
    wire.mend()
    await page.waitForEvent("load")
    const { text: left } = await written(page, key)
    if (left.includes(`number ${at}`)) expect(left).toBe(at % 2 === 1 ? `number ${at}\n\nand this` : `number ${at}`)
    else {
      expect(left).toBe(at % 2 === 1 ? "and this" : "")
      texts.push(`number ${at}`)
    }
    await expect.poll(() => waiting(page)).toBe(0)
  }
  expect(await said(id)).toEqual(texts)
})

test("what was queued without a network is sent in order when it is back, also by another tab", async () => {
  const id = await begin()
  const other = await openTab(profile, wire.address)
  wire.sever()
  await queue(page, id, "one")
  await queue(other, id, "two")
  await queue(page, id, "three")
  await expect.poll(() => waiting(other)).toBe(3)
  await page.close() // It was the one that sends.
  wire.mend()
  await other.evaluate(() => live.connection.comeBack())
  await expect.poll(() => waiting(other)).toBe(0)
  expect(await said(id)).toEqual(["one", "two", "three"])
})

test("a tab hears the answer to what another one sent for it, and sees what was refused", async () => {
  const id = await begin()
  const other = await openTab(profile, wire.address)
  const answer = await other.evaluate(async (conversationId) => {
    const path = `/salon/v1/conversations/${conversationId}/send`
    const body = { text: "hello", answer: false }
    return (await live.outbox.add({ method: "POST", path, body, kind: "send", about: conversationId }).answer).status
  }, id)
  expect(answer).toBe(201)
  await queue(other, "cnv_nowhere", "lost")
  for (const tab of [page, other]) {
    await expect.poll(() => tab.evaluate(() => live.outbox.state().acts[0]?.problem?.code)).toBe("not_found")
  }
  await page.evaluate(() => live.outbox.discard(live.outbox.state().acts[0]?.id ?? ""))
  await expect.poll(() => waiting(other)).toBe(0)
})

test("a conversation begun without a network is made, and what was said first is said in it", async () => {
  wire.sever()
  const made = await page.evaluate(() => {
    const act = { method: "POST" as const, path: "/salon/v1/conversations", body: {}, kind: "begin", about: "" }
    const begun = live.outbox.add(act)
    const place = `{act:${begun.id}}`
    const path = `/salon/v1/conversations/${place}/send`
    const body = { text: "first words", answer: false }
    void live.outbox.add({ method: "POST", path, body, kind: "send", about: place })
    return begun.id
  })
  await expect.poll(() => waiting(page)).toBe(2)
  wire.mend()
  await page.reload()
  await ready(page)
  await expect.poll(() => waiting(page)).toBe(0)
  const { data } = await api.GET("/salon/v1/conversations", { params: { query: { limit: 1 } } })
  expect(made).toMatch(/^web_/)
  expect(await said(data?.items[0]?.id ?? "")).toEqual(["first words"])
})

test("an answer that is reloaded in its midst ends as the message, in both of two tabs", async () => {
  const other = await openTab(profile, wire.address)
  for (let at = 0; at < 2 * SCALE; at += 1) {
    const asked = await send(`${at} {{fake think=5;tokens=120;rate=120}}`)
    const follow = (tab: Page): Promise<void> =>
      tab.evaluate((id) => void live.runs.of(id).subscribe(() => undefined), asked.runId)
    await Promise.all([follow(page), follow(other)])
    for (let reloads = 1 + Math.floor(roll() * 3); reloads > 0; reloads -= 1) {
      await wait(roll() * 300)
      if (roll() < 0.3) wire.cut()
      await page.reload()
      await ready(page)
      await follow(page)
    }
    for (const tab of [page, other]) {
      const look = () => tab.evaluate((id) => live.runs.of(id).view().phase, asked.runId)
      await expect.poll(look, { timeout: 30_000 }).toBe("ended")
      const parts = await tab.evaluate((id) => JSON.stringify(live.runs.of(id).view().parts), asked.runId)
      expect(parts).toBe(JSON.stringify((await message(asked)).content?.parts))
    }
  }
})

test("a tab hears of answers that end elsewhere, also of those that ended while it was reloaded", async () => {
  const ended = () => page.evaluate(() => live.finished.view().map(({ messageId }) => messageId))
  await expect.poll(() => page.evaluate(() => live.connection.state().phase)).toBe("open")
  await expect.poll(() => page.evaluate(() => Object.keys(sessionStorage).length)).toBe(1)
  const first = await send("{{fake tokens=2}}")
  await expect.poll(ended).toEqual([first.messageId])
  await page.goto("about:blank")
  const second = await send("{{fake tokens=2}}")
  await expect.poll(() => message(second).then(({ status }) => status, () => "")).toBe("complete")
  await page.goBack()
  await ready(page)
  await expect.poll(ended).toContain(second.messageId)
})
