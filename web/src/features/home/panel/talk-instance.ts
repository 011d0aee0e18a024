import { serverAddress } from "@/api/client"
import { createTalk } from "@/stream/talk"

/** The page's talk: it goes on while its panel is closed. */
export const talk = createTalk({
  post: (body, signal) =>
    fetch(`${serverAddress()}/v1/chat/completions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "same-origin",
      body,
      signal,
    }),
  now: () => performance.now(),
  // A hidden page gets no frames; its answer must still end.
  schedule: (flush) => {
    if (document.hidden) setTimeout(flush, 100)
    else requestAnimationFrame(flush)
  },
})
