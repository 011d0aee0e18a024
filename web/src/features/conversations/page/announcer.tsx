import { useLingui } from "@lingui/react/macro"
import { useEffect, useRef, useState } from "react"
import type { Line } from "@/features/conversations/page/lines"
import type { Speakers } from "@/features/conversations/page/speakers"
import { textOf } from "@/features/conversations/page/turn/turn-state"
import { partsOf } from "@/live/parts"

interface AnnouncerProps {
  lines: readonly Line[]
  speakers: Speakers
}

const MOST_LETTERS = 2_000

/** Says a turn to screen readers once, when it is finished; what is being written never. */
export function Announcer({ lines, speakers }: AnnouncerProps) {
  const { t } = useLingui()
  const [said, setSaid] = useState("")
  const written = useRef(new Set<string>())
  useEffect(() => {
    for (const { key, running, message } of lines) {
      if (running !== null) written.current.add(key)
      else if (message !== null && written.current.delete(key)) {
        const name = speakers.of(message.author).name
        const text = textOf(partsOf(message.content)).slice(0, MOST_LETTERS)
        setSaid(message.status === "complete" ? `${name}: ${text}` : t`${name} was interrupted: ${text}`)
      }
    }
  }, [lines, speakers, t])
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {said}
    </div>
  )
}
