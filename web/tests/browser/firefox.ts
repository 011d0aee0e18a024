import { existsSync } from "node:fs"
import { type Browser, type BrowserContextOptions, firefox } from "playwright-core"

const CANDIDATES = [
  process.env["SALON_FIREFOX"],
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
]

/** The Firefox to test with, or null where none is installed. */
export const FIREFOX_PATH = CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null
export const NO_FIREFOX = "no Firefox found (install it, or set SALON_FIREFOX)"

/** Playwright asks each page for a colour scheme by a command that is in the standard and in no Firefox yet. */
const UNKNOWN = "emulation.setMediaFeaturesOverride"

interface Session {
  send(method: string, parameters?: unknown): Promise<unknown>
}

/** Open an installed Firefox through WebDriver BiDi, light and without movement. */
export async function openFirefox(): Promise<Browser> {
  const browser = await firefox.launch({
    channel: "moz-firefox",
    executablePath: FIREFOX_PATH ?? "",
    firefoxUserPrefs: { "ui.systemUsesDarkTheme": 0, "ui.prefersReducedMotion": 1 },
  })
  const server: object = Reflect.get(browser, "_connection").toImpl(browser)
  const sessions: Session = Object.getPrototypeOf(Reflect.get(server, "_browserSession"))
  const { send } = sessions
  sessions.send = function sendKnown(this: Session, method, parameters) {
    return method === UNKNOWN ? Promise.resolve({}) : send.call(this, method, parameters)
  }
  return browser
}

/** What of a visit's options Firefox takes: the rest it does not know over BiDi. */
export function takenByFirefox({ viewport, locale, acceptDownloads }: BrowserContextOptions): BrowserContextOptions {
  return { ...(viewport === undefined ? {} : { viewport }), ...(locale === undefined ? {} : { locale }), ...(acceptDownloads === undefined ? {} : { acceptDownloads }) }
}
