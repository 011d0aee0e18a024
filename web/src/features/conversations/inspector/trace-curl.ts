/** A request as a command for a terminal, in the words of OpenAI's chat, with a place for the key and no key. */

type Fields = Readonly<Record<string, unknown>>

const NAMES: Readonly<Record<string, string>> = { max_output_tokens: "max_completion_tokens" }
const TAKEN = new Set([
  "temperature",
  "top_p",
  "max_output_tokens",
  "stop",
  "seed",
  "presence_penalty",
  "frequency_penalty",
  "reasoning_effort",
])

export function asCurl(request: Fields, model: string, address: string): string {
  const parameters = Object.entries(request)
    .filter(([name, value]) => TAKEN.has(name) && value !== null)
    .map(([name, value]) => [NAMES[name] ?? name, value])
  const body = { model, messages: itemsOf(request["messages"]).map(messageOf), ...Object.fromEntries(parameters) }
  const data = JSON.stringify(body, null, 2).replaceAll("'", String.raw`'\''`)
  return [
    `curl ${address}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer $SALON_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${data}'`,
  ].join("\n")
}

function messageOf(message: Fields): Fields {
  const parts = itemsOf(message["parts"])
  const texts = parts.flatMap((part) => (part["kind"] === "text" && typeof part["text"] === "string" ? [part["text"]] : []))
  const calls = parts.filter((part) => part["kind"] === "tool-call")
  const result = parts.find((part) => part["kind"] === "tool-result")
  if (result !== undefined) {
    const said = itemsOf(result["parts"]).map((part) => String(part["text"] ?? ""))
    return { role: "tool", tool_call_id: result["tool_call_id"], content: said.join("\n") }
  }
  return {
    role: message["role"],
    content: texts.join("\n"),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(callOf) }),
  }
}

function callOf(part: Fields): Fields {
  return { id: part["id"], type: "function", function: { name: part["name"], arguments: part["arguments"] } }
}

function itemsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((one): one is Fields => typeof one === "object" && one !== null) : []
}
