import type { Browser } from "playwright-core"
import { WIDE } from "../browser/browser.ts"
import type { Provider } from "./provider.ts"
import { watch } from "./watch.ts"

/** Four answers at once, side by side. */

const MODELS = ["fake", "fake-2", "fake-3", "fake-4"].map((name) => `clock/${name}`)
const STREAM_LIMIT_MS = 120_000

export async function lanes(browser: Browser, provider: Provider, house: string, pieces: readonly string[]): Promise<Record<string, number>> {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
  const page = await context.newPage()
  await page.goto(new URL("/", house).href)
  const ask = (path: string, body: object): Promise<{ id: string }> =>
    page.evaluate(
      async ([to, sent]) =>
        (await fetch(to, { method: "POST", body: sent, headers: { "content-type": "application/json" } })).json(),
      [`/salon/v1/conversations${path}`, JSON.stringify(body)] as const,
    )
  const { id } = await ask("", { title: "Four at once", settings: { model: MODELS[0] } })
  await page.goto(`${house}/c/${id}`)
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor()
  provider.plan(pieces, 100)
  const seen = await watch(page, async () => {
    await ask(`/${id}/send`, { text: "All of you", models: MODELS })
    const running = page.getByRole("group", { name: "Answers side by side" }).locator("[data-running]")
    await running.nth(MODELS.length - 1).waitFor()
    await running.first().waitFor({ state: "detached", timeout: STREAM_LIMIT_MS })
  })
  await context.close()
  return { lanes_dropped_percent: seen.droppedPercent, lanes_longest_task_ms: seen.longestTaskMs }
}
