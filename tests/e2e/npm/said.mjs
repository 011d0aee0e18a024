// The one form every client's answer is read into, and what the clients are asked.
export const WEATHER = {
  name: "weather",
  description: "The weather in a city.",
  parameters: {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" } },
    required: ["city", "days"],
    additionalProperties: false,
  },
};

export function said() {
  return { text: "", thinking: "", calls: [], input_tokens: null, output_tokens: null, finish: null };
}

export async function each(parts, take) {
  for await (const part of parts) take(part);
}
