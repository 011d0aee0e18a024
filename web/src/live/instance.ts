import { api } from "@/api/client"
import { take } from "@/api/problem"
import { createActStore } from "@/live/act-store"
import { lastSpace, nameHere, outboxPorts, rememberSpace } from "@/live/browser-outbox"
import { connectionPorts, framePorts } from "@/live/browser-ports"
import { openChannel } from "@/live/channel"
import { type Connection, createConnection } from "@/live/connection"
import { createDatabase, type Database } from "@/live/database"
import { createDrafts, type DraftStore } from "@/live/drafts"
import { createFinishedFeed, type FinishedFeed } from "@/live/finished"
import { createFrameClock } from "@/live/frame-clock"
import type { RunState } from "@/live/frames"
import { createOutbox, type Outbox } from "@/live/outbox"
import { type Part, partsOf } from "@/live/parts"
import { createRuns, type Runs } from "@/live/runs"
import { createSpaceEvents, type SpaceEvents } from "@/live/space-events"

/** The live layer of this tab. */
export interface Live {
  connection: Connection
  runs: Runs
  events: SpaceEvents
  finished: FinishedFeed
  outbox: Outbox
  /** What is being written in a conversation, by its id; `NEW` where there is none yet. */
  draft(conversationId: string): DraftStore
}

export const NEW = "new"

let made: Live | null = null

/** The live layer; the first call makes it and opens the socket. */
export function live(): Live {
  made ??= make()
  return made
}

function make(): Live {
  const { after } = connectionPorts
  const connection = createConnection(connectionPorts)
  const database = createDatabase(nameHere("live"))
  const events = createSpaceEvents({ load: loadNumber, save: saveNumber })
  const finished = createFinishedFeed()
  events.onEvents(finished.take)
  // What an earlier page has said of the space is not believed before the server has: `space` may be another's.
  let space: string | null = null
  const outbox = createOutbox(outboxPorts(createActStore(database), () => space))
  const draft = openDrafts(database, outbox)
  connection.subscribe(() => {
    const state = connection.state()
    if (state.phase !== "open" || state.space === null) return
    const last = lastSpace()
    space = state.space
    // Who signs in here after somebody else does not find what that one was writing.
    if (last !== null && last !== space) draft(NEW).forget()
    rememberSpace(space)
    events.start(space)
    outbox.wake()
  })
  connection.add(events)
  return {
    connection,
    runs: createRuns(connection, { clock: createFrameClock(framePorts), loadParts, after }),
    events,
    finished,
    outbox,
    draft,
  }
}

function openDrafts(database: Database, outbox: Outbox): (key: string) => DraftStore {
  const channel = openChannel<string>(nameHere("drafts"))
  return createDrafts({
    database,
    outbox,
    journal: localStorage,
    onLeave(run) {
      addEventListener("pagehide", run)
      document.addEventListener("visibilitychange", () => {
        if (document.hidden) run()
      })
    },
    tell: channel.tell,
    onTold: channel.onTold,
    now: () => Date.now(),
    after: connectionPorts.after,
  })
}

async function loadParts(run: RunState, messageId: string): Promise<readonly Part[]> {
  const path = { conversation_id: String(run.data["conversation_id"]), message_id: messageId }
  const call = api.GET("/salon/v1/conversations/{conversation_id}/messages/{message_id}", { params: { path } })
  return partsOf((await take(call)).content)
}

function loadNumber(space: string): number | null {
  const kept = sessionStorage.getItem(nameHere(`number.${space}`))
  return kept === null ? null : Number(kept)
}

function saveNumber(space: string, number: number): void {
  sessionStorage.setItem(nameHere(`number.${space}`), String(number))
}
