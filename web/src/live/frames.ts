import type { components } from "@/api/schema"

/** What goes over the socket, as the OpenAPI document has it. */

type Schemas = components["schemas"]
export type ServerFrame = Schemas["SocketServerFrame"]
export type ClientFrame = Schemas["SocketClientFrame"]
export type Limits = Schemas["SocketLimits"]
export type RunEvent = Schemas["SocketRunLogEvent"]
export type RunState = Schemas["SocketRunState"]
export type SpaceEvent = Schemas["SocketSpaceEvent"]
export type SocketProblem = Schemas["SocketProblem"]
/** A frame about one subscription. */
export type SubscriptionFrame = Exclude<ServerFrame, { type: "hello" | "stopped" | "pong" }>

export const PROTOCOL = 1
export const SOCKET_PATH = "/salon/v1/socket"

/** Read what the server sent; null for what is no frame. A newer server may send types of its own. */
export function readFrame(text: string): ServerFrame | null {
  try {
    const frame: ServerFrame | null = JSON.parse(text)
    return typeof frame?.type === "string" ? frame : null
  } catch {
    return null
  }
}
