import { addressOf } from "../safe/addresses.ts"
import type { Block, Groups, Inline, ListBlock, TableBlock, Tree } from "../parse/tree.ts"

/** A text as HTML for the clipboard: what other programs paste. It is never put into our own page. */
export function toHtml(tree: Tree): string {
  const notes = tree.notes.map((note) => `<li value="${note.number}">${blocks(note.groups)}</li>\n`).join("")
  return blocks(tree.groups) + (notes === "" ? "" : `<hr />\n<ol>\n${notes}</ol>\n`)
}

function blocks(groups: Groups): string {
  return groups.map((group) => group.map(block).join("")).join("")
}

function block(one: Block): string {
  switch (one.kind) {
    case "paragraph":
      return `<p>${inlines(one.inlines)}</p>\n`
    case "heading":
      return `<h${one.level}>${inlines(one.inlines)}</h${one.level}>\n`
    case "quote":
      return `<blockquote>\n${blocks(one.groups)}</blockquote>\n`
    case "rule":
      return "<hr />\n"
    case "html":
      return `<p>${escape(one.text)}</p>\n`
    case "code":
      return codeBlock(one.info, one.chunks.join("") + one.tail)
    case "math":
      return `<p>${escape(one.source)}</p>\n`
    case "list":
      return list(one)
    case "table":
      return table(one)
    case "item":
    case "row":
    case "note":
      return ""
  }
}

function codeBlock(info: string, text: string): string {
  const language = info.split(/\s/, 1)[0] ?? ""
  const name = language === "" ? "" : ` class="language-${escape(language)}"`
  return `<pre><code${name}>${escape(text)}</code></pre>\n`
}

function list(one: ListBlock): string {
  const tag = one.isOrdered ? "ol" : "ul"
  const start = one.isOrdered && one.start !== 1 ? ` start="${one.start}"` : ""
  const items = one.groups.flat().map((item) => {
    if (item.kind !== "item") return ""
    const box = item.isDone === null ? "" : `${item.isDone ? "☑" : "☐"} `
    return `<li>${box}${itemContent(item.groups, one.isLoose)}</li>\n`
  })
  return `<${tag}${start}>\n${items.join("")}</${tag}>\n`
}

function itemContent(groups: Groups, isLoose: boolean): string {
  const children = groups.flat()
  if (isLoose) return children.length === 0 ? "" : `\n${children.map(block).join("")}`
  let html = ""
  for (const child of children) {
    const isBare = child.kind === "paragraph"
    if (!isBare && !html.endsWith("\n")) html += "\n"
    html += isBare ? inlines(child.inlines) : block(child)
  }
  return html
}

function table(one: TableBlock): string {
  const row = (cells: readonly (readonly Inline[])[], tag: string): string => {
    const made = cells.map((cell, index) => {
      const align = one.align[index]
      return `<${tag}${align === null || align === undefined ? "" : ` align="${align}"`}>${inlines(cell)}</${tag}>\n`
    })
    return `<tr>\n${made.join("")}</tr>\n`
  }
  const rows = one.groups.flat().map((each) => (each.kind === "row" ? row(each.cells, "td") : ""))
  const body = rows.length === 0 ? "" : `<tbody>\n${rows.join("")}</tbody>\n`
  return `<table>\n<thead>\n${row(one.head.cells, "th")}</thead>\n${body}</table>\n`
}

function inlines(children: readonly Inline[]): string {
  return children.map(inline).join("")
}

function inline(one: Inline): string {
  switch (one.kind) {
    case "text":
    case "html":
      return escape(one.text)
    case "code":
      return `<code>${escape(one.text)}</code>`
    case "em":
    case "strong":
    case "del":
      return `<${one.kind}>${inlines(one.children)}</${one.kind}>`
    case "break":
      return "<br />\n"
    case "math":
      return escape(one.source)
    case "note":
      return `<sup>${one.number}</sup>`
    case "link": {
      const href = addressOf(one.href)
      return href === null ? inlines(one.children) : `<a href="${escape(href)}"${titled(one.title)}>${inlines(one.children)}</a>`
    }
    case "image": {
      // Whoever pastes it decides what is fetched: an address is given, as a link.
      const src = addressOf(one.src)
      return src === null ? escape(one.alt) : `<img src="${escape(src)}" alt="${escape(one.alt)}"${titled(one.title)} />`
    }
  }
}

function titled(title: string): string {
  return title === "" ? "" : ` title="${escape(title)}"`
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
}
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
