interface ShareBarProps {
  parts: readonly { name: string; share: number; voice: number }[]
}

/** Parts of a whole as one bar, each in the voice of who gets it; the words beside it say the same. */
export function ShareBar({ parts }: ShareBarProps) {
  return (
    <div aria-hidden="true" className="flex h-1.5 w-full gap-0.5 overflow-hidden rounded-full">
      {parts.map((part) => (
        <span
          key={part.name}
          data-voice={part.voice}
          className="voice-bar min-w-1 rounded-[2px]"
          style={{ flexGrow: Math.round(part.share * 1000), flexBasis: 0 }}
        />
      ))}
    </div>
  )
}
