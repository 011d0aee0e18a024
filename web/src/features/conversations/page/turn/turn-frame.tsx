import type { ReactNode } from "react"
import { Avatar } from "@/components/ui/avatar"
import type { Speaker } from "@/features/conversations/page/speakers"
import { usePreference } from "@/lib/preferences"

interface TurnFrameProps {
  speaker: Speaker
  /** The speaker's name, or what stands for it. */
  name: string
  /** Beside the name. */
  facts: ReactNode
  /** Goes on with the turn above: no name again. */
  goesOn: boolean
  /** At the end edge, in the layout with sides. */
  isOwn: boolean
  footer: ReactNode
  children: ReactNode
}

/** A turn: avatar, name and facts, and beside what is said the rail in the speaker's voice. */
export function TurnFrame({ speaker, name, facts, goesOn, isOwn, footer, children }: TurnFrameProps) {
  const layout = usePreference("layout")
  const isEnd = layout === "sides" && isOwn
  const column = layout === "sides" ? (isOwn ? "ms-auto w-fit max-w-[85%]" : "me-auto w-full max-w-[92%]") : ""
  const rail = (
    <span aria-hidden="true" className="flex justify-center">
      <span className="voice-bar w-0.5 rounded-full opacity-50 in-data-running:opacity-100" />
    </span>
  )
  return (
    <div data-voice={speaker.voice} className={`grid min-w-0 grid-cols-[1.75rem_minmax(0,1fr)] gap-x-3 ${goesOn ? "" : "pt-5"} ${column}`} data-side={isEnd ? "end" : "start"}>
      {goesOn ? null : (
        <>
          <Avatar kind={speaker.kind} letters={speaker.letters} voice={speaker.voice} />
          <div className="mb-1 flex min-h-7 min-w-0 items-center gap-2">
            <bdi className="voice-name tight truncate text-body font-semibold">{name}</bdi>
            {facts}
          </div>
        </>
      )}
      {rail}
      <div className="min-w-0">
        {children}
        {isOwn ? null : footer}
      </div>
      {/* Below the rail, in the space before the next turn. */}
      {isOwn ? <div className="col-start-2 -mb-4 min-w-0">{footer}</div> : null}
    </div>
  )
}
