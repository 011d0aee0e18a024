import type { BrowserContext, Page } from "playwright-core"

/** A page that is measured: where it is, and what in it is what. */
export interface Subject {
  readonly address: string
  /** Where a message is written, as a CSS selector. */
  readonly box: string
  /** The text of each answer. */
  readonly answers: string
  /** Put away what a first visit is met with. */
  welcome?(page: Page): Promise<void>
}

/** Salon's page, or one that is built like it. */
export function ours(address: string): Subject {
  return { address, box: 'textarea[aria-label="Message"]:not(#early-box)', answers: "article .md" }
}

/** Open WebUI, as `bench/web/openwebui.py` starts it. */
export function openWebui(address: string): Subject {
  return {
    address,
    box: "#chat-input",
    answers: ".chat-assistant .markdown-prose",
    async welcome(page) {
      // It is remembered for the account: the rounds after the first have none.
      const okay = page.getByRole("button", { name: "Okay, Let's Go!" })
      await okay.click({ timeout: 10_000 }).catch(() => undefined)
      await page.getByRole("dialog").waitFor({ state: "detached" })
    },
  }
}

/** What is looked for in the answers: the first token, and how they end. */
export const FIRST = "Beginning"
export const LAST = "That was all."
/** Ends the answer at full speed, so that it is told from the one before. */
export const VERY_LAST = "And that was all."
/** Ends the one at full speed while somebody types. */
export const LAST_OF_ALL = "And that was all of it."

/** When something was first seen, in ms of the wall clock (the box: of the page's); 0 while it was not. */
export interface Seen {
  box: number
  first: number
  last: number
}

/** Have a page tell when its box was there, and when first and last words were seen. */
export async function prepare(context: BrowserContext, { box, answers }: Subject): Promise<void> {
  await context.addInitScript(
    ([boxPath, answersPath, first, last]) => {
      const seen = { box: 0, first: 0, last: 0 }
      Reflect.set(globalThis, "seen", seen)
      const note = (name: "box" | "first" | "last", origin: number): void => {
        seen[name] = -1
        requestAnimationFrame((at) => void (seen[name] = origin + at))
      }
      const look = (): void => {
        if (seen.box === 0 && document.querySelector(boxPath) !== null) note("box", 0)
        if (seen.first !== 0 && seen.last !== 0) return
        const answer = [...document.querySelectorAll(answersPath)].at(-1)
        if (seen.first === 0 && answer?.textContent?.includes(first)) note("first", performance.timeOrigin)
        if (seen.last === 0 && answer?.lastElementChild?.textContent?.includes(last)) note("last", performance.timeOrigin)
      }
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
    },
    [box, answers, FIRST, VERY_LAST] as const,
  )
}

/** Read one of them, once it was. */
export async function seenAt(page: Page, name: keyof Seen): Promise<number> {
  await page.waitForFunction((one) => Reflect.get(Reflect.get(globalThis, "seen"), one) > 0, name)
  return page.evaluate((one) => Reflect.get(Reflect.get(globalThis, "seen"), one), name)
}
