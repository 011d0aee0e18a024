import type { ExplainBody } from "@/api/types"

const GREETING = "Hello"

/** What is asked of the server to explain a request as the form describes it. Pure. */
export function explainBodyOf(form: FormData): ExplainBody {
  const text = (name: string): string => {
    const value = form.get(name)
    return typeof value === "string" ? value.trim() : ""
  }
  const tool = { type: "function", function: { name: "tool", parameters: { type: "object" } } }
  return {
    model: text("model"),
    dialect: "openai",
    body: {
      messages: [{ role: "user", content: text("message") || GREETING }],
      ...(form.get("tools") === "on" ? { tools: [tool] } : {}),
      ...(form.get("stream") === "on" ? { stream: true } : {}),
    },
    ...(text("user") === "" ? {} : { user: text("user") }),
    ...(text("conversation") === "" ? {} : { conversation: text("conversation") }),
  }
}
