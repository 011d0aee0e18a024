import type { SpaceEvent } from "@/live/frames"

/** Which queries an event makes stale. Keys of queries over conversations begin with these words. */

export type QueryKey = readonly string[]

export const keys = {
  lists: ["conversations"],
  /** Everything about one conversation. */
  all: (id: string): QueryKey => ["conversation", id],
  one: (id: string): QueryKey => ["conversation", id, "self"],
  /** Every page of messages of a conversation, on whatever branch. */
  messages: (id: string): QueryKey => ["conversation", id, "messages"],
  /** What is made of the whole tree: its map, versions, differences. */
  outline: (id: string): QueryKey => ["conversation", id, "outline"],
  /** Branches without their words. */
  lines: (id: string): QueryKey => ["conversation", id, "lines"],
  answers: (id: string): QueryKey => ["conversation", id, "answers"],
  queue: (id: string): QueryKey => ["conversation", id, "queue"],
  context: (id: string): QueryKey => ["conversation", id, "context"],
  settings: (id: string): QueryKey => ["conversation", id, "settings"],
  request: (messageId: string): QueryKey => ["answer-request", messageId],
  folders: ["folders"],
  tags: ["tags"],
  defaults: ["conversation-defaults"],
  files: ["files"],
  runs: ["runs"],
} as const

/** All that may be stale after something was missed. */
export const LIVE_KEYS: readonly QueryKey[] = [
  keys.lists,
  ["conversation"],
  keys.folders,
  keys.tags,
  keys.defaults,
  keys.files,
  keys.runs,
]

export function staleAfter(event: SpaceEvent): readonly QueryKey[] {
  const [subject] = event.type.split(".", 1)
  const told = event.data["conversation"]
  const id = typeof told === "string" ? told : event.subject
  switch (subject) {
    case "conversation":
      if (event.type === "conversation.created") return [keys.lists, keys.folders]
      // Lists that show it see to that themselves.
      if (event.type === "conversation.read") return []
      // A title, a setting, a place in a list: the messages are as they were, but for what was deleted.
      return event.type === "conversation.changed"
        ? [keys.lists, keys.one(id), keys.settings(id), keys.context(id)]
        : [keys.lists, keys.all(id), keys.folders]
    case "conversations":
      return [keys.lists, ["conversation"], keys.folders, keys.tags]
    case "message":
      // What is added at an end is fetched alone (`isAdding`): the pages above stay as they are.
      return isAdding(event)
        ? [keys.lists, keys.outline(id), keys.context(id)]
        : [keys.lists, keys.messages(id), keys.outline(id), keys.lines(id), keys.context(id)]
    case "branch":
      // A branch that was made or renamed shows what it did.
      if (event.type === "branch.created" || event.type === "branch.changed") return [keys.one(id)]
      return isAdding(event) ? [keys.one(id), keys.outline(id)] : [keys.one(id), keys.messages(id), keys.lines(id)]
    case "answer":
      return [keys.lists, keys.answers(id), keys.context(id), keys.runs]
    case "queue":
      return [keys.queue(id)]
    case "conversation-defaults":
      return [keys.defaults, ["conversation"]]
    case "folder":
      return [keys.folders, keys.lists]
    case "tag":
      return [keys.tags, keys.lists]
    case "file":
      return [keys.files]
    case "run":
      return [keys.runs]
    default:
      return []
  }
}

/** Whether an event only says that a path has grown, or ends elsewhere: pages look whether theirs has. */
export function isAdding({ type }: SpaceEvent): boolean {
  return type === "message.added" || type === "branch.moved"
}

/** The keys of several events, each once; one that another begins with is said by it. */
export function allStale(events: readonly SpaceEvent[]): readonly QueryKey[] {
  const byName = new Map(events.flatMap(staleAfter).map((key) => [JSON.stringify(key), key]))
  const found = [...byName.values()]
  const covers = (one: QueryKey, other: QueryKey): boolean =>
    one.length < other.length && one.every((word, place) => word === other[place])
  return found.filter((key) => !found.some((other) => covers(other, key)))
}
