import type { components } from "@/api/schema"
import type { Attachment, Draft } from "@/live/drafts"

type SendBody = Partial<Omit<components["schemas"]["SendBody"], "client_id">>
/** What sending and editing have in common. */
export type SaidBody = Pick<SendBody, "text" | "parts" | "model" | "models">

/** What is sent of a draft: words alone as text, with files as parts; one model, or several side by side. */
export function saidBody({ text, attachments }: Pick<Draft, "text" | "attachments">, models: readonly string[]): SaidBody {
  const words = text.trim()
  const [first] = models
  return {
    ...(attachments.length === 0
      ? { text: words }
      : { parts: [...(words === "" ? [] : [{ kind: "text", text: words }]), ...attachments.map(partOf)] }),
    ...(models.length > 1 ? { models: [...models] } : first === undefined ? {} : { model: first }),
  }
}

/** A file of the house as a part of a message; the server says in which way a model is given it. */
function partOf({ fileId, name, mediaType }: Attachment): Record<string, string> {
  const [kind] = mediaType.split("/", 1)
  const isMedia = kind === "image" || kind === "audio" || kind === "video"
  return { kind: isMedia ? kind : "file", file_id: fileId, name, media_type: mediaType }
}

/** Whether there is anything to send. */
export function isSomething({ text, attachments }: Pick<Draft, "text" | "attachments">): boolean {
  return text.trim() !== "" || attachments.length > 0
}
