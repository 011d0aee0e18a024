/** Conversations as the stand-in house lists and finds them. */

const HOUR_MS = 3_600_000

function conversation(id: string, title: string, hoursAgo: number, more: Record<string, unknown> = {}) {
  return {
    id,
    title,
    kind: "chat",
    title_by: "person",
    sources: [],
    settings: {},
    branch_id: `brn_${id}`,
    folder_id: null,
    origin: null,
    pinned_at_ms: null,
    archived_at_ms: null,
    hidden_at_ms: null,
    deleted_at_ms: null,
    version: 1,
    messages: 2,
    created_by: null,
    created_at_ms: 0,
    changed_at_ms: Date.now() - hoursAgo * HOUR_MS,
    is_temporary: false,
    tags: [],
    unread: 0,
    speakers: [{ kind: "model", id: "demo/demo", name: "demo", joined_at_ms: 0 }],
    ...more,
  }
}

export const PINNED = [conversation("cnv_pinned", "Incident runbook", 40, { pinned_at_ms: 1 })]
export const CONVERSATIONS = [
  conversation("cnv_cost", "Gateway cost review", 0, { unread: 2 }),
  conversation("cnv_list", "Reading list", 0),
  conversation("cnv_old", "Onboarding notes", 24 * 60),
]
export const MANY_CONVERSATIONS = Array.from({ length: 200 }, (_, place) => conversation(`cnv_${place}`, `Number ${place}`, 0))

export const FOLDERS = [
  { id: "fol_trips", name: "Trips", parent_id: null, conversations: 2 },
  { id: "fol_zurich", name: "Zurich", parent_id: "fol_trips", conversations: 1 },
].map((one) => ({ ...one, settings: {}, version: 1, created_by: null, created_at_ms: 0, changed_at_ms: 0 }))

export const FOUND = {
  items: [
    {
      message_id: "msg_1",
      conversation_id: "cnv_cost",
      title: "Gateway cost review",
      branch_id: "brn_other",
      position: 3,
      role: "assistant",
      author: { kind: "model", id: "demo/demo", name: "demo", display_name: null },
      created_at_ms: 1_767_225_600_000,
      snippet: "An otter in the river",
      marks: [[3, 8]],
    },
  ],
  next: null,
  order: "relevance",
  frequent: [],
  waiting: 0,
}

/** The answer to what is asked about conversations; undefined where it is about something else. */
export function sessionsAnswer(name: string, query: URLSearchParams, mode: string): unknown {
  const isEmpty = mode === "empty"
  switch (name) {
    case "conversations": {
      if (isEmpty || query.has("is_temporary")) return { items: [], next: null }
      if (query.has("is_pinned")) return { items: PINNED, next: null }
      return { items: mode === "many" ? MANY_CONVERSATIONS : [...CONVERSATIONS, ...PINNED], next: null }
    }
    case "folders":
      return { items: isEmpty ? [] : FOLDERS }
    case "sidebar": {
      const part = (of: string, asked = ""): unknown => sessionsAnswer(of, new URLSearchParams(asked), mode)
      return {
        number: 0,
        folders: part("folders"),
        conversations: part("conversations"),
        pinned: part("conversations", "is_pinned=true"),
        temporary: part("conversations", "is_temporary=true"),
        running: part("runs"),
      }
    }
    case "search":
      return FOUND
    case "tags":
    case "templates":
    case "runs":
      return { items: [], next: null }
    default:
      return undefined
  }
}
