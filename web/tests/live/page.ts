import { linguiTransformerBabelPreset } from "@lingui/vite-plugin"
import babel from "@rolldown/plugin-babel"
import { resolve } from "node:path"
import type { BrowserContext, Page } from "playwright-core"
import { rolldown } from "rolldown"
import type { Reached } from "./entry.ts"
import type { Pages } from "./net.ts"

/** An empty page of the house with the live layer alone in it, for the built app does not have all of it yet. */

const PATH = "/live-test"
const HTML = `<!doctype html><base href="/"><script type="module" src="/live-test.js"></script>`

/** The page and its script, to be served at the address of a wire: what a test makes up itself has no address. */
export async function livePages(): Promise<Pages> {
  const input = resolve(import.meta.dirname, "entry.ts")
  const alias = { "@": resolve(import.meta.dirname, "../../src") }
  const built = await rolldown({
    input,
    platform: "browser",
    resolve: { alias },
    plugins: [babel({ presets: [linguiTransformerBabelPreset()] })],
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
    onLog: () => undefined,
  })
  const { output } = await built.generate({ format: "esm" })
  await built.close()
  return { [PATH]: ["text/html", HTML], [`${PATH}.js`]: ["text/javascript", output[0].code] }
}

export async function openTab(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(address + PATH)
  await ready(page)
  return page
}

/** Wait until the layer is there. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => "live" in globalThis)
}

declare global {
  // oxlint-disable no-var -- what a page has as globals
  var live: Reached["live"]
  var acts: Reached["acts"]
  var watch: Reached["watch"]
}
