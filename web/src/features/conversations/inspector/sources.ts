import type { Message } from "@/features/conversations/api/messages"

/** What messages cite, and what was attached to them. */
export interface FoundSource {
  key: string
  kind: "cited" | "file"
  title: string
  /** Of a page: its server. */
  address: string | null
  /** The message in which it stands first. */
  messageId: string
}

const MEDIA = new Set(["image", "audio", "video", "file"])

/** The sources of messages in the order in which they come, each once. */
export function sourcesIn(messages: readonly Message[]): FoundSource[] {
  const found = new Map<string, FoundSource>()
  for (const message of messages) {
    for (const part of message.content?.parts ?? []) {
      const source = sourceOf(message, new Map(Object.entries(part)))
      if (source !== null && !found.has(source.key)) found.set(source.key, source)
    }
  }
  return [...found.values()]
}

function sourceOf(message: Message, part: ReadonlyMap<string, unknown>): FoundSource | null {
  const text = (name: string): string | null => {
    const value = part.get(name)
    return typeof value === "string" && value !== "" ? value : null
  }
  const kind = text("kind") ?? ""
  if (kind === "citation") {
    const url = text("url")
    const title = text("title") ?? url ?? text("text")
    return title === null ? null : { key: url ?? title, kind: "cited", title, address: hostOf(url), messageId: message.id }
  }
  if (!MEDIA.has(kind)) return null
  const id = text("file_id") ?? text("url")
  const title = text("name") ?? text("media_type") ?? kind
  return { key: id ?? `${message.id} ${title}`, kind: "file", title, address: null, messageId: message.id }
}

function hostOf(url: string | null): string | null {
  return url === null ? null : URL.canParse(url) ? new URL(url).host : null
}
