import "@/styles/app.css"
import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { flushSync } from "react-dom"
import { createRoot } from "react-dom/client"
import { startLocale } from "@/i18n/i18n"
import { type ForeignImages, Markdown } from "@/markdown"

/** The renderer alone on a page, driven from the tests through `stage`. */

await startLocale()
const root = createRoot(document.getElementById("root") ?? document.body)
let images: ForeignImages | null = null

/** After how many letters the page may draw. */
const FRAME = 48

const stage = {
  /** Draw a text at once. */
  show(text: string, isStreaming = false): void {
    flushSync(() => {
      root.render(
        <I18nProvider i18n={i18n}>
          <Markdown text={text} isStreaming={isStreaming} {...(images === null ? {} : { images })} />
        </I18nProvider>,
      )
    })
  },

  clear(): void {
    flushSync(() => root.render(null))
  },

  /** From now on images come from there. */
  serveImages(src: string): void {
    images = { known: () => null, bring: () => Promise.resolve(src) }
  },

  html(): string {
    return document.querySelector(".md")?.innerHTML ?? ""
  },

  /** A text comes all at once and ends with that; returns how many letters stand there in each frame until it is whole. */
  async burst(text: string): Promise<number[]> {
    stage.show("", true)
    stage.show(text, true)
    stage.show(text)
    const lengths: number[] = []
    do {
      lengths.push(document.querySelector(".md")?.textContent?.length ?? 0)
      await new Promise((done) => requestAnimationFrame(done))
    } while (document.querySelector(".caret") !== null)
    return lengths
  },

  /** Draw a text piece by piece; returns what changed in blocks that were finished, and how the whole looks. */
  async stream(text: string, size: number): Promise<string[]> {
    const finished = new Set<Node>()
    const changes: string[] = []
    const note = (records: MutationRecord[]): void => {
      for (const { target, type, attributeName } of records) {
        // Whether a region scrolls is known only when it is laid out.
        const isLayout = type === "attributes" && /^(?:role|tabindex|aria-label)$/.test(attributeName ?? "")
        const isFinished = [...finished].some((block) => block.contains(target))
        if (!isLayout && isFinished) changes.push(`${type} in ${target.textContent}`)
      }
    }
    const observer = new MutationObserver(note)
    const host = document.getElementById("root") ?? document.body
    observer.observe(host, { subtree: true, childList: true, characterData: true, attributes: true })
    for (let end = size; end < text.length + size; end += size) {
      stage.show(text.slice(0, end), true)
      note(observer.takeRecords())
      for (const block of [...host.querySelectorAll(".md > :not(.caret, .md-notes)")].slice(0, -1)) finished.add(block)
      if (end % FRAME < size) await new Promise((done) => requestAnimationFrame(done))
    }
    stage.show(text)
    note(observer.takeRecords())
    observer.disconnect()
    return changes
  },
}

export type Stage = typeof stage
Object.assign(globalThis, { stage })
