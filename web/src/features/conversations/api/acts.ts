import type { components } from "@/api/schema"
import type { Act } from "@/live/acts"

/** Every change of a conversation as an act for the outbox. The id of the act is the client's own id. */

type Schemas = components["schemas"]
/** A body without the client's id, which goes as `Idempotency-Key`. */
type Body<Name extends keyof Schemas> = Partial<Omit<Schemas[Name], "client_id">>

const BASE = "/salon/v1"

export type Verb = "hide" | "archive" | "delete" | "erase"

/** An id as a part of a path; `{act:ID}` stays as it is, for the outbox puts the id there. */
function part(id: string): string {
  return id.startsWith("{act:") ? id : encodeURIComponent(id)
}
const talk = (id: string): string => `${BASE}/conversations/${part(id)}`
const branch = (id: string, branchId: string): string => `${talk(id)}/branches/${part(branchId)}`
const message = (id: string, messageId: string): string => `${talk(id)}/messages/${part(messageId)}`
const tagged = (version: number | undefined): Pick<Act, "ifMatch"> =>
  version === undefined ? {} : { ifMatch: `"${version}"` }

export const acts = {
  begin: (body: Body<"ConversationBody"> = {}): Act => ({
    method: "POST",
    path: `${BASE}/conversations`,
    body,
    kind: "begin",
    about: "",
  }),

  // -- saying -------------------------------------------------------------------------------------
  send: (id: string, body: Body<"SendBody">): Act => ({
    method: "POST",
    path: `${talk(id)}/send`,
    body,
    kind: "send",
    about: id,
  }),
  edit: (id: string, messageId: string, body: Body<"EditAndSendBody">): Act => ({
    method: "POST",
    path: `${BASE}/messages/${part(messageId)}/edit-and-send`,
    body,
    kind: "edit",
    about: id,
  }),
  regenerate: (id: string, messageId: string, body: Body<"AnswersBody"> = {}): Act => ({
    method: "POST",
    path: `${BASE}/messages/${part(messageId)}/regenerate`,
    body,
    kind: "regenerate",
    about: id,
  }),
  goOn: (id: string, messageId: string, body: Body<"AnswersBody"> = {}): Act => ({
    method: "POST",
    path: `${BASE}/messages/${part(messageId)}/continue`,
    body,
    kind: "continue",
    about: id,
  }),
  whatIf: (id: string, body: Omit<Schemas["WhatIfBody"], "client_id">): Act => ({
    method: "POST",
    path: `${talk(id)}/what-if`,
    body,
    kind: "what-if",
    about: id,
  }),
  bridge: (id: string, body: Omit<Schemas["BridgeBody"], "client_id">): Act => ({
    method: "POST",
    path: `${talk(id)}/bridge`,
    body,
    kind: "bridge",
    about: id,
  }),
  /** For when there is no socket; else `connection.stop` is quicker. */
  stop: (id: string, runId: string): Act => ({
    method: "POST",
    path: `${BASE}/runs/${part(runId)}/stop`,
    kind: "stop",
    about: id,
  }),
  mark: (id: string, messageId: string, body: Body<"MarksBody">): Act => ({
    method: "PATCH",
    path: message(id, messageId),
    body,
    kind: "mark",
    about: id,
  }),

  // -- the queue ----------------------------------------------------------------------------------
  sendNow: (id: string, queuedId: string): Act => ({
    method: "POST",
    path: `${BASE}/queue/${part(queuedId)}/send`,
    kind: "send-now",
    about: id,
  }),
  changeQueued: (id: string, queuedId: string, body: Body<"QueuedChangeBody">, version?: number): Act => ({
    method: "PATCH",
    path: `${BASE}/queue/${part(queuedId)}`,
    body,
    kind: "change-queued",
    about: id,
    ...tagged(version),
  }),
  dropQueued: (id: string, queuedId: string): Act => ({
    method: "DELETE",
    path: `${BASE}/queue/${part(queuedId)}`,
    kind: "drop-queued",
    about: id,
  }),
  reorderQueue: (id: string, body: Omit<Schemas["OrderBody"], "client_id">): Act => ({
    method: "PUT",
    path: `${talk(id)}/queue`,
    body,
    kind: "reorder-queue",
    about: id,
  }),

  // -- conversations ------------------------------------------------------------------------------
  change: (id: string, body: Body<"ConversationChangeBody">, version?: number): Act => ({
    method: "PATCH",
    path: talk(id),
    body,
    kind: "change",
    about: id,
    ...tagged(version),
  }),
  settings: (id: string, settings: Record<string, unknown>): Act => ({
    method: "PATCH",
    path: `${talk(id)}/settings`,
    body: { settings },
    kind: "settings",
    about: id,
  }),
  /** Pin, archive, hide, move, tag … one or many; its answer has the `undo_id`. */
  sort: (body: Omit<Schemas["ActBody"], "client_id">): Act => ({
    method: "POST",
    path: `${BASE}/acts`,
    body,
    kind: "sort",
    about: body.ids?.[0] ?? "",
  }),
  undoSort: (undoId: string): Act => ({
    method: "POST",
    path: `${BASE}/acts/${part(undoId)}/undo`,
    kind: "undo-sort",
    about: "",
  }),
  remove: (id: string, verb: Verb = "delete"): Act => ({
    method: "DELETE",
    path: `${talk(id)}?verb=${verb}`,
    kind: "remove",
    about: id,
  }),
  restore: (id: string): Act => ({ method: "POST", path: `${talk(id)}/restore`, kind: "restore", about: id }),
  read: (id: string, body: Body<"ReadBody"> = {}): Act => ({
    method: "POST",
    path: `${talk(id)}/read`,
    body,
    kind: "read",
    about: id,
  }),

  // -- branches and messages ----------------------------------------------------------------------
  makeBranch: (id: string, body: Omit<Schemas["BranchBody"], "client_id">): Act => ({
    method: "POST",
    path: `${talk(id)}/branches`,
    body,
    kind: "make-branch",
    about: id,
  }),
  changeBranch: (id: string, branchId: string, body: Body<"BranchChangeBody">): Act => ({
    method: "PATCH",
    path: branch(id, branchId),
    body,
    kind: "change-branch",
    about: id,
  }),
  /** Let a branch end in another message: `switch` to a sibling's path, `rollback` to an earlier one. */
  moveBranch: (id: string, branchId: string, body: Omit<Schemas["MoveBody"], "client_id">): Act => ({
    method: "POST",
    path: `${branch(id, branchId)}/move`,
    body,
    kind: "move-branch",
    about: id,
  }),
  undoMove: (id: string, branchId: string, body: Body<"UndoBody"> = {}): Act => ({
    method: "POST",
    path: `${branch(id, branchId)}/undo`,
    body,
    kind: "undo-move",
    about: id,
  }),
  removeBranch: (id: string, branchId: string, verb: Verb = "delete"): Act => ({
    method: "DELETE",
    path: `${branch(id, branchId)}?verb=${verb}`,
    kind: "remove-branch",
    about: id,
  }),
  restoreBranch: (id: string, branchId: string): Act => ({
    method: "POST",
    path: `${branch(id, branchId)}/restore`,
    kind: "restore-branch",
    about: id,
  }),
  /** A branch of turns that were chosen from others. */
  merge: (id: string, body: Omit<Schemas["MergeBody"], "client_id">): Act => ({
    method: "POST",
    path: `${talk(id)}/merge`,
    body,
    kind: "merge",
    about: id,
  }),
  removeMessage: (id: string, messageId: string, verb: Verb = "delete", below = false): Act => ({
    method: "DELETE",
    path: `${message(id, messageId)}?verb=${verb}&below=${below}`,
    kind: "remove-message",
    about: id,
  }),
  restoreMessage: (id: string, messageId: string, below = false): Act => ({
    method: "POST",
    path: `${message(id, messageId)}/restore?below=${below}`,
    kind: "restore-message",
    about: id,
  }),

  // -- shares -------------------------------------------------------------------------------------
  share: (id: string, body: Omit<Schemas["ShareBody"], "client_id" | "conversation_id">): Act => ({
    method: "POST",
    path: `${BASE}/shares`,
    body: { ...body, conversation_id: id },
    kind: "share",
    about: id,
  }),
  reviseShare: (id: string, shareId: string): Act => ({
    method: "POST",
    path: `${BASE}/shares/${part(shareId)}/revise`,
    kind: "revise-share",
    about: id,
  }),
  revokeShare: (id: string, shareId: string): Act => ({
    method: "POST",
    path: `${BASE}/shares/${part(shareId)}/revoke`,
    kind: "revoke-share",
    about: id,
  }),
} as const
