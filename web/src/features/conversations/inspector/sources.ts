import type { Message } from "@/features/conversations/api/messages"

import { sourceOf as named } from "@/features/conversations/inspector/inspector-state"
import { sourceKey } from "@/features/conversations/page/parts/cited"

/** What a message cites, or what was attached to it. */
export interface FoundSource {
  key: string
  kind: "cited" | "file"
  title: string
  /** Of a page: its server. */
  address: string | null
  /** Where it can be opened; null for what is not on the web. */
  url: string | null
  messageId: string
  /** As it stands in the message; null for what is attached. */
  number: number | null
}

const MEDIA = new Set(["image", "audio", "video", "file"])

/** The sources of messages in the order in which they come: what a message names twice is there once. */
export function sourcesIn(messages: readonly Message[]): FoundSource[] {
  return messages.flatMap((message) => {
    const found = new Map<string, FoundSource>()
    let cited = 0
    for (const part of message.content?.parts ?? []) {
      const source = sourceIn(message, new Map(Object.entries(part)))
      if (source === null || found.has(source.key)) continue
      found.set(source.key, source.kind === "cited" ? { ...source, number: (cited += 1) } : source)
    }
    return [...found.values()]
  })
}

function sourceIn(message: Message, part: ReadonlyMap<string, unknown>): FoundSource | null {
  const text = (name: string): string | undefined => {
    const value = part.get(name)
    return typeof value === "string" && value !== "" ? value : undefined
  }
  const { id: messageId } = message
  const [kind, url] = [text("kind") ?? "", text("url")]
  if (kind === "citation") {
    const key = named(messageId, sourceKey({ url, title: text("title"), text: text("text") }))
    return { key, kind: "cited", title: text("title") ?? url ?? text("text") ?? "", address: hostOf(url), url: webAddress(url), messageId, number: null }
  }
  if (!MEDIA.has(kind)) return null
  const title = text("name") ?? text("media_type") ?? kind
  return { key: named(messageId, text("file_id") ?? url ?? title), kind: "file", title, address: null, url: null, messageId, number: null }
}

function hostOf(url: string | undefined): string | null {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : null
}

function webAddress(url: string | undefined): string | null {
  return url !== undefined && /^https?:/i.test(url) && URL.canParse(url) ? url : null
}
