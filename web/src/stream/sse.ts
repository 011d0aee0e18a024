/** The one reader of server-sent events in the app: text in, in pieces of any size; events out. */

export interface ServerEvent {
  event: string
  data: string
}

/**
 * Make a reader that takes decoded text as it comes and returns the events it completes.
 *
 * Lines may end in LF, CRLF or CR and may be split anywhere; comments and ids are dropped.
 */
export function createEventReader(): { push(text: string): ServerEvent[]; end(): ServerEvent[] } {
  let rest = ""
  let event = ""
  let data: string[] = []

  const take = (line: string): ServerEvent[] => {
    if (line === "") {
      const complete = data.length > 0 ? [{ event: event || "message", data: data.join("\n") }] : []
      event = ""
      data = []
      return complete
    }
    const colon = line.indexOf(":")
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "")
    if (name === "event") event = value
    if (name === "data") data.push(value)
    return []
  }

  return {
    push(text) {
      rest += text
      // A CR at the very end may be half of a CRLF: keep it until more comes.
      const usable = rest.endsWith("\r") ? rest.length - 1 : rest.length
      const lines = rest.slice(0, usable).split(/\r\n|\n|\r/)
      rest = (lines.pop() ?? "") + rest.slice(usable)
      return lines.flatMap(take)
    },
    end() {
      const last = rest === "" ? [] : rest.split(/\r\n|\n|\r/).flatMap(take)
      rest = ""
      return [...last, ...take("")]
    },
  }
}
