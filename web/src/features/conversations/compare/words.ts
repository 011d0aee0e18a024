import type { Message } from "@/features/conversations/api/messages"

/** What of a message people read. */
export function wordsOf(message: Pick<Message, "content">): string {
  const texts = (message.content?.parts ?? []).flatMap((part) =>
    (part["kind"] === "text" || part["kind"] === "refusal") && typeof part["text"] === "string" ? [part["text"]] : [],
  )
  return texts.join("\n")
}

/** How it begins, on one line. */
export function beginningOf(message: Pick<Message, "content">): string {
  return wordsOf(message).slice(0, 400).split(/\s+/).join(" ").trim().slice(0, 160)
}

export function speakerOf(message: Pick<Message, "author" | "role">): string {
  return message.author.display_name ?? message.author.name ?? message.author.id ?? message.role
}
