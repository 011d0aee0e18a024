import { createServer } from "node:http"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { WIDE } from "../browser/browser.ts"

/** A window in which nothing of a stranger may happen, and what happened nevertheless. */
export interface Watch {
  page: Page
  /** Each act that came from a text: a dialog, a window, a request to others, a breach of the policy. */
  acts: string[]
  /** What of the page could act, as the browser understood it. */
  findings(): Promise<string[]>
  close(): Promise<void>
}

/** `keepsApp`: whether the service worker may keep the app; one that takes the page over hides requests from a route. */
export async function openWatch(browser: Browser, house: string, { keepsApp = true } = {}): Promise<Watch> {
  const serviceWorkers = keepsApp ? "allow" : "block"
  const profile = await browser.newContext({ viewport: WIDE, locale: "en-US", reducedMotion: "reduce", serviceWorkers })
  const acts: string[] = []
  watchRequests(profile, house, acts)
  const page = await profile.newPage()
  profile.on("page", (other) => {
    if (other !== page) acts.push(`window ${other.url()}`)
  })
  page.on("dialog", (dialog) => {
    acts.push(`dialog ${dialog.type()} ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("download", (download) => acts.push(`download ${download.url()}`))
  // The page itself breaks no rule of its policy; what a frame of a diagram breaks stays in it.
  await page.exposeFunction("tellBreach", (words: string) => acts.push(`breach ${words}`))
  await page.addInitScript(() => {
    if (globalThis.top !== globalThis.self) return
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      Reflect.get(globalThis, "tellBreach")(`${violatedDirective} ${blockedURI}`)
    })
  })
  return { page, acts, findings: () => findings(page), close: () => profile.close() }
}

function watchRequests(profile: BrowserContext, house: string, acts: string[]): void {
  profile.on("request", (request) => {
    const address = request.url()
    if (!address.startsWith(`${house}/`) && !/^(?:data|blob|about):/.test(address)) acts.push(`request ${address}`)
  })
  // What the policy of a frame stops is told as a request, too; it never left.
  profile.on("requestfailed", (request) => {
    const place = acts.indexOf(`request ${request.url()}`)
    if (request.failure()?.errorText === "csp" && place >= 0) acts.splice(place, 1)
  })
}

function findings(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    for (const element of document.querySelectorAll("body *")) {
      if (/^(?:script|meta|link|base|object|embed|frame|applet|marquee|foreignobject|animate|set)$/i.test(element.localName) && element.closest("#root, main, article") !== null) {
        found.push(element.outerHTML.slice(0, 200))
      }
      for (const { name, value } of element.attributes) {
        const isAddress = /^(?:href|src|action|formaction|xlink:href|srcdoc|srcset|data|poster|ping|background)$/.test(name) && element.localName !== "iframe"
        if (name.startsWith("on") || (isAddress && /^\s*(?:javascript|vbscript|file):/i.test(value))) found.push(`${element.localName} ${name}=${value}`)
        if (isAddress && /^(?:img|video|audio|source|iframe)$/.test(element.localName) && /^(?:https?:)?\/\//.test(value) && !value.startsWith(location.origin)) {
          found.push(`${element.localName} ${name}=${value}`)
        }
      }
    }
    return found
  })
}

export interface Listener {
  address: string
  heard: string[]
  close(): Promise<void>
}

/** A server of this machine that tells what it was asked, and answers with what `answer` gives. */
export async function listen(answer: (body: string) => { status: number; body: string }): Promise<Listener> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`)
    const pieces: Buffer[] = []
    request.on("data", (piece: Buffer) => pieces.push(piece))
    request.on("end", () => {
      const { status, body } = answer(Buffer.concat(pieces).toString())
      response.writeHead(status, { "Content-Type": "application/json", "Access-Control-Allow-Origin": "*" }).end(body)
    })
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const place = server.address()
  return {
    address: `http://127.0.0.1:${typeof place === "object" && place !== null ? place.port : 0}`,
    heard,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
