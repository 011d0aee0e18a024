import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { takenByFirefox } from "./firefox.ts"

const CANDIDATES = [
  process.env["SALON_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]

/** The browser to test with, or null where none is installed. */
export const BROWSER_PATH = CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null
export const NO_BROWSER = "no Chromium found (install it, or set SALON_CHROMIUM)"

export const WIDE = { width: 1440, height: 900 }
export const NARROW = { width: 390, height: 844 }

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

export async function openBrowser(more: readonly string[] = []): Promise<Browser> {
  // Containers run tests as root, where Chromium's own sandbox refuses to start.
  return chromium.launch({ executablePath: BROWSER_PATH ?? "", args: ["--no-sandbox", "--disable-dev-shm-usage", ...more] })
}

export interface Visit {
  page: Page
  /** Errors of the page and refusals of the content policy, as they come. */
  complaints: string[]
  close(): Promise<void>
}

/** Open a page in a fresh profile and gather what it complains about. */
export async function visit(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const wanted = { viewport: WIDE, locale: "en-US", ...options }
  const context = await browser.newContext(browser.browserType().name() === "firefox" ? takenByFirefox(wanted) : wanted)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on("pageerror", (error) => complaints.push(error.message))
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} ${message.location().url}`.trim())
  })
  await page.goto(address)
  return { page, complaints, close: () => context.close() }
}

interface AxeViolation {
  id: string
  impact: string | null
  nodes: { html: string }[]
}

/** WCAG 2.2 A and AA, what axe calls best practice, and the contrast of AAA. */
const RULES = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "color-contrast-enhanced": { enabled: true } },
  resultTypes: ["violations"],
}

/** The findings of axe on a page, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Only in these visits, which turn the content policy off: it allows no foreign script.
  await page.addScriptTag({ content: AXE })
  const violations = await page.evaluate(async (rules) => {
    const axe: { run(options: typeof rules): Promise<{ violations: AxeViolation[] }> } = Reflect.get(globalThis, "axe")
    return (await axe.run(rules)).violations
  }, RULES)
  return violations.map(
    ({ id, impact, nodes }) => `${id} (${impact ?? "?"}): ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
  )
}
