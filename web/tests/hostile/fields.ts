import createClient from "openapi-fetch"
import type { paths } from "@/api/schema"
import { listen, type Listener } from "./watch.ts"

/** Hostile texts in every field that a house shows, put there as programs and strangers' files would. */

export const HOUSE = process.env["SALON_PAGE_HOUSE"] ?? ""
export const api = createClient<paths>({ baseUrl: HOUSE })

/** What was put into the house for one round, and where it is shown. */
export interface Filled {
  conversation: string
  failed: string
  share: string
  /** Takes away what would make later pages longer. */
  clear(): Promise<void>
}

/** A text in every place that Markdown has for one. */
export function around(text: string): string {
  const line = text.split("\n", 1)[0] ?? ""
  return [
    text,
    `[a](${line}) [b](<${line}>) ![c](${line}) <${line}> [${line}](https://example.com "${line}") ![${line}](icon.svg '${line}')`,
    `# ${line}\n\n- [ ] ${line}\n\n> \`${line}\` **${line}** $${line}$ \\(${line}\\)`,
    `\`\`\`${line}\n${text}\n\`\`\``,
    `[${line}]: ${line} "${line}"\n\n[${line}] x[^${line}]\n\n[^${line}]: ${line}`,
    `| ${line} | [a](${line}) |\n|---|---|\n| ${line} | ![b](${line}) |`,
  ].join("\n\n")
}

/** A provider that fails with what it was told to say. */
export function openProvider(): Promise<Listener> {
  return listen((body) => {
    const asked: unknown = JSON.parse(body === "" ? "{}" : body)
    const messages: unknown = asked instanceof Object ? Reflect.get(asked, "messages") : []
    return { status: 400, body: JSON.stringify({ error: { message: JSON.stringify(messages), type: "invalid_request_error" } }) }
  })
}

const line = (text: string, most: number): string => [...text.replaceAll(/[\r\n\0]/g, " ")].slice(0, most).join("").trim() || "x"

async function conversation(title: string): Promise<string> {
  const { data, error } = await api.POST("/salon/v1/conversations", { body: { title: line(title, 300) } })
  if (!data) throw new Error(JSON.stringify(error))
  return data.id
}

/** What is said: by a person and by a model, with thoughts, calls of tools, sources, refusals and files. */
async function say(id: string, texts: readonly string[]): Promise<void> {
  const all = texts.join("\n\n")
  const [first = "x"] = texts
  const calls = texts.flatMap((text, at) => [
    { kind: "tool-call", id: `call_${at}`, name: line(text, 100), arguments: JSON.stringify({ [line(text, 60)]: text }) },
    { kind: "tool-result", tool_call_id: `call_${at}`, name: line(text, 100), is_error: at % 2 === 0, parts: [{ kind: "text", text }] },
  ])
  const cited = texts.map((text) => ({ kind: "citation", url: text, title: text, text }))
  const files = texts.flatMap((text) => [
    { kind: "image", url: text, name: line(text, 100) },
    { kind: "file", url: text, name: line(text, 100), media_type: "text/html" },
    { kind: "image", data: Buffer.from(text).toString("base64"), media_type: "image/svg+xml", name: line(text, 100) },
  ])
  const messages = [
    { role: "user" as const, author: { kind: "person" as const, name: line(first, 100) }, parts: [{ kind: "text", text: all }, ...files] },
    {
      role: "assistant" as const,
      author: { kind: "model" as const, id: line(first, 100), name: line(first, 100) },
      parts: [
        { kind: "reasoning", text: texts.map(around).join("\n\n") },
        ...calls,
        { kind: "text", text: texts.map(around).join("\n\n") },
        ...cited,
        { kind: "refusal", text: all },
        ...files,
      ],
    },
  ]
  const path = { conversation_id: id }
  const { error } = await api.POST("/salon/v1/conversations/{conversation_id}/messages", { params: { path }, body: { messages } })
  if (error) throw new Error(JSON.stringify(error))
}

/** Do so many things at once, with each of some values; what the house refuses is no matter. */
async function each<T, R>(values: readonly T[], act: (value: T) => Promise<R>): Promise<R[]> {
  const left = [...values]
  const done: R[] = []
  const lane = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) done.push(await act(one))
  }
  await Promise.all(Array.from({ length: 4 }, lane))
  return done
}

/** Put texts into every field; `provider` is one that repeats what it was sent as its error. */
export async function fill(texts: readonly string[], provider: string): Promise<Filled> {
  const [first = "x"] = texts
  const [id, failed] = [await conversation(first), await conversation(first)]
  await say(id, texts)
  const path = { conversation_id: failed }
  await api.POST("/salon/v1/conversations/{conversation_id}/send", { params: { path }, body: { text: texts.join("\n\n"), model: "hostile/one" } })
  const titled = await each(texts.slice(0, 30), conversation)
  await api.POST("/salon/v1/acts", { body: { act: "tag", ids: [id, ...titled], tags: texts.slice(0, 20).map((text) => line(text, 60)) } })
  const folders = await each(texts, async (text) => (await api.POST("/salon/v1/folders", { body: { name: line(text, 100) } })).data?.id)
  const prompts = await each(texts, async (text) => {
    const body = { name: line(text, 100), text, description: line(text, 500), note: line(text, 500), is_live: true, variables: [] }
    return (await api.POST("/salon/v1/prompts", { body })).data?.id
  })
  const templates = await each(texts, async (text) => {
    const body = { name: line(text, 100), messages: [{ role: "user" as const, text }] }
    return (await api.POST("/salon/v1/templates", { body })).data?.id
  })
  const files = await each(texts, async (text) => {
    const address = `${HOUSE}/salon/v1/files?name=${encodeURIComponent(line(text, 200))}`
    const answer: unknown = await (await fetch(address, { method: "POST", body: text })).json()
    return answer instanceof Object ? String(Reflect.get(answer, "file_id")) : undefined
  })
  const label = line(first, 100)
  const body = { kind: "openai-compatible", name: `p${Date.now().toString(36)}`, label, base_url: `${provider}/v1`, models: texts.map((text) => line(text, 200)), allow_private: true }
  const own = (await api.POST("/salon/v1/providers", { body: { ...body, headers: {}, options: {} } })).data?.id
  const { data: share } = await api.POST("/salon/v1/shares", { body: { conversation_id: id, kind: "branch" } })
  return {
    conversation: id,
    failed,
    share: share?.url ?? "",
    async clear() {
      await each(folders, async (one) => one && api.DELETE("/salon/v1/folders/{folder_id}", { params: { path: { folder_id: one } } }))
      await each(prompts, async (one) => one && api.DELETE("/salon/v1/prompts/{prompt}", { params: { path: { prompt: one } } }))
      await each(templates, async (one) => one && api.DELETE("/salon/v1/templates/{template_id}", { params: { path: { template_id: one } } }))
      await each(files, async (one) => one && api.DELETE("/salon/v1/files/{file_id}", { params: { path: { file_id: one } } }))
      if (own !== undefined) await api.DELETE("/salon/v1/providers/{provider_id}", { params: { path: { provider_id: own } } })
      await api.POST("/salon/v1/acts", { body: { act: "delete", ids: [id, failed, ...titled], tags: [] } })
    },
  }
}
