/** What few answers have, as one piece to load: each piece of its own is a name in what every page loads. */
export { Citation, Citations } from "@/features/conversations/page/parts/citation"
export { Refusal } from "@/features/conversations/page/parts/refusal"
export { ToolCall } from "@/features/conversations/page/parts/tool-call"
