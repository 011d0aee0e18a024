import { copyText } from "@/lib/clipboard"

/** A whole message without its marks. */
export async function plainOf(text: string): Promise<string> {
  const { toPlain, readMarkdown } = await import("./whole.ts")
  return toPlain(readMarkdown(text))
}

/** Copy a whole message without its marks. Returns whether it worked. */
export async function copyPlain(text: string): Promise<boolean> {
  return copyText(await plainOf(text))
}

/**
 * Copy a whole message with its looks, for programs that take them; others get its Markdown. Where the page
 * may write text only (plain HTTP from another machine), that is copied. Returns whether it worked.
 */
export async function copyRich(text: string): Promise<boolean> {
  try {
    // Made within the item: what is awaited before it would cost the right to write, which comes with a click.
    const html = import("./whole.ts").then(({ toHtml, readMarkdown }) => new Blob([toHtml(readMarkdown(text))], { type: "text/html" }))
    const plain = new Blob([text], { type: "text/plain" })
    await navigator.clipboard.write([new ClipboardItem({ "text/html": html, "text/plain": plain })])
    return true
  } catch {
    return copyText(text)
  }
}
