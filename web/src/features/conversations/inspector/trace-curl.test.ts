import { expect, test } from "vitest"
import { asCurl } from "@/features/conversations/inspector/trace-curl"

function text(words: string): object {
  return { kind: "text", text: words }
}

test("a request becomes a command with a place for the key, whatever it says", () => {
  const command = asCurl(
    {
      messages: [
        { role: "user", parts: [text("What's new?")] },
        { role: "assistant", parts: [{ kind: "tool-call", id: "c1", name: "find", arguments: "{}" }] },
        { role: "tool", parts: [{ kind: "tool-result", tool_call_id: "c1", parts: [text("nothing")] }] },
      ],
      temperature: 0.3,
      max_output_tokens: 20,
      stream: true,
    },
    "demo",
    "http://salon",
  )
  expect(command).toContain('"Authorization: Bearer $SALON_KEY"')
  const body: unknown = JSON.parse(command.slice(command.indexOf("-d '") + 4, -1).replaceAll(String.raw`'\''`, "'"))
  expect(body).toEqual({
    model: "demo",
    messages: [
      { role: "user", content: "What's new?" },
      { role: "assistant", content: "", tool_calls: [{ id: "c1", type: "function", function: { name: "find", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "c1", content: "nothing" },
    ],
    temperature: 0.3,
    max_completion_tokens: 20,
  })
})
