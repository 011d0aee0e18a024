import type { QueryClient } from "@tanstack/react-query"
import { dropApp } from "@/lib/kept-app"
import { type Channel, openChannel } from "@/live/channel"

/** Tells this browser's other tabs that its session has ended. */
let channel: Channel<"ended"> | null = null

function sessionChannel(): Channel<"ended"> {
  channel ??= openChannel<"ended">("salon.session")
  return channel
}

/** Forget what the session has shown, here and in all other tabs. The next answer of the status says who looks now. */
export function leaveHere(queries: QueryClient): void {
  forget(queries)
  sessionChannel().tell("ended")
}

/** Leave with whichever tab of this browser does. */
export function leaveWithOthers(queries: QueryClient): void {
  sessionChannel().onTold(() => forget(queries))
}

function forget(queries: QueryClient): void {
  void dropApp()
  void queries.resetQueries()
}
