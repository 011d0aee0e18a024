import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { BROWSER_PATH, NO_BROWSER, openBrowser, visit } from "./browser.ts"
import { exfiltrations } from "./markdown/exfiltration.ts"
import type { Stage } from "./markdown/stage.tsx"
import { openTheatre, type Theatre } from "./markdown/theatre.ts"

declare const stage: Stage

const LIST = join(process.env["SALON_SHARED"] ?? "", "suites/xss/xss-payload-list.txt")
const HAS_LIST = process.env["SALON_SHARED"] !== undefined && existsSync(LIST)
const NO_LIST = "no list of payloads (set SALON_SHARED to the folder with suites/xss)"
const A_PAGE = 300
/** All of them take a minute where other tests run beside; of an ordinary run every eighth is part. */
const STEP = process.env["SALON_SOAK"] === "1" ? 1 : 8

/** Payloads in every place that a text has for them. */
function everywhere(payloads: readonly string[]): string {
  const rows = payloads.map((line) => `| ${line} | [a](${line}) ![b](${line}) |`)
  return [...payloads.map(around), `| a | b |\n|---|---|\n${rows.join("\n")}`].join("\n\n")
}

function around(line: string): string {
  return [
    line,
    `[a](${line}) [b](<${line}>) ![c](${line}) <${line}> [${line}](https://example.com "${line}") ![${line}](/own.svg '${line}')`,
    `# ${line}\n\n- [ ] ${line}\n\n> \`${line}\` **${line}** $${line}$ \\(${line}\\)`,
    `\`\`\`${line}\n${line}\n\`\`\``,
    `[${line}]: ${line} "${line}"\n\n[${line}] x[^${line}]\n\n[^${line}]: ${line}`,
  ].join("\n\n")
}

describe.skipIf(BROWSER_PATH === null)(`hostile texts in a browser${BROWSER_PATH ? "" : `: ${NO_BROWSER}`}`, () => {
  let browser: Browser
  let theatre: Theatre
  let page: Page
  const dialogs: string[] = []
  /** Requests to others that were let through. */
  let strangers: string[] = []

  beforeAll(async () => {
    theatre = await openTheatre()
    browser = await openBrowser()
    ;({ page } = await visit(browser, theatre.address))
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    page.on("request", (request) => {
      const address = request.url()
      if (!address.startsWith(`${theatre.address}/`) && !/^(?:data|blob|about):/.test(address)) strangers.push(address)
    })
    // What the policy of a frame stops is told as a request, too; it never left.
    page.on("requestfailed", (request) => {
      if (request.failure()?.errorText === "csp") strangers = strangers.filter((address) => address !== request.url())
    })
    await page.waitForFunction(() => Reflect.has(globalThis, "stage"))
  })
  afterAll(async () => {
    await browser.close()
    await theatre.close()
  })

  /** What must not be in the page, whatever was drawn. */
  const findings = (): Promise<string[]> =>
    page.evaluate(() => {
      const found: string[] = []
      for (const element of document.querySelectorAll(".md *")) {
        if (/^(?:script|style|link|meta|base|object|embed|form|video|audio)$/.test(element.localName)) found.push(element.outerHTML)
        for (const { name, value } of element.attributes) {
          const isAddress = /^(?:href|src|action|formaction|xlink:href|srcdoc|srcset)$/.test(name) && element.localName !== "iframe"
          if (name.startsWith("on") || (isAddress && /^\s*(?:javascript|vbscript|data|file|blob):/i.test(value))) found.push(`${name}=${value}`)
        }
      }
      return found
    })

  test.skipIf(!HAS_LIST)(`6,613 payloads (of an ordinary run every eighth) in every place run nothing and ask for nothing${HAS_LIST ? "" : `: ${NO_LIST}`}`, { timeout: 180_000 }, async () => {
    const payloads = readFileSync(LIST, "utf8").split("\n").filter((line) => line !== "")
    expect(payloads.length).toBeGreaterThanOrEqual(6600)
    const tried = payloads.filter((_, index) => index % STEP === 0)
    for (let from = 0; from < tried.length; from += A_PAGE) {
      const text = everywhere(tried.slice(from, from + A_PAGE))
      await page.evaluate((one) => stage.show(one), text)
      expect(await findings()).toEqual([])
      expect([dialogs, strangers, page.url()]).toEqual([[], [], `${theatre.address}/`])
    }
  })

  test("hundreds of texts that mean to carry something out carry nothing out", async () => {
    const texts = exfiltrations(theatre.canary)
    await page.evaluate((one) => stage.show(one), "```mermaid\ngraph TD\n  A --> B\n```\n\n$x$")
    await page.locator('.md-diagram[data-drawn="true"]').waitFor()
    await page.locator("math").waitFor()
    expect(texts.length).toBeGreaterThanOrEqual(300)
    for (let from = 0; from < texts.length; from += A_PAGE) {
      await page.evaluate((some) => stage.show(some.join("\n\n")), texts.slice(from, from + A_PAGE))
      expect(await findings()).toEqual([])
      // Every diagram has been drawn, or was refused.
      await page.waitForFunction(() => document.querySelector('.md-diagram[data-drawn="false"]') === null, null, { timeout: 50_000 })
    }
    expect([theatre.heard, strangers, dialogs, page.url()]).toEqual([[], [], [], `${theatre.address}/`])
  })

  test("a foreign image comes only when asked for, and then through our own server", async () => {
    const text = `![A chart](${theatre.canary}/chart.png) ![](data:image/png;base64,AAAA) ![own](/own.svg)`
    await page.evaluate((one) => stage.show(one), text)
    await page.getByText("A chart").waitFor()
    expect(await page.locator(".md img").count()).toBe(1)
    expect(await page.getByRole("link", { name: "Open image" }).getAttribute("href")).toBe(`${theatre.canary}/chart.png`)
    await page.evaluate((one) => {
      stage.serveImages("/own.svg")
      stage.show(one)
    }, text)
    await page.getByText(`(${theatre.canary.slice("http://".length)})`).waitFor()
    await page.getByRole("button", { name: "Load image" }).click()
    await page.getByRole("img", { name: "A chart" }).waitFor()
    expect([await page.locator(".md img").count(), theatre.heard]).toEqual([2, []])
  })
})
