interface LogoProps {
  size?: "small" | "large"
}

/** The mark: three bars, three voices. */
export function Logo({ size = "small" }: LogoProps) {
  return (
    <svg
      viewBox="0 0 32 32"
      aria-hidden="true"
      className={size === "small" ? "size-6 shrink-0" : "size-8 shrink-0"}
    >
      <rect width="32" height="32" rx="8" className="fill-accent-solid" />
      <g className="fill-on-accent">
        <rect x="8" y="11" width="3.5" height="10" rx="1.75" />
        <rect x="14.25" y="8" width="3.5" height="16" rx="1.75" />
        <rect x="20.5" y="10" width="3.5" height="9" rx="1.75" />
      </g>
    </svg>
  )
}

/** Three moving bars: someone is writing. */
export function WritingBars() {
  return (
    <span aria-hidden="true" className="writing inline-flex h-3 items-center gap-0.5">
      <span className="voice-bar h-1.5 w-0.5 rounded-full" />
      <span className="voice-bar h-3 w-0.5 rounded-full" />
      <span className="voice-bar h-2 w-0.5 rounded-full" />
    </span>
  )
}

interface VoiceBarsProps {
  voices: readonly number[]
}

const HEIGHTS = ["h-2.5", "h-3.5", "h-2"] as const

/** Small bars in a listed place: who speaks there, at most three. */
export function VoiceBars({ voices }: VoiceBarsProps) {
  return (
    <span aria-hidden="true" className="inline-flex h-3.5 items-center gap-0.5">
      {voices.slice(0, 3).map((voice, index) => (
        <span key={voice} data-voice={voice} className={`voice-bar w-[3px] rounded-[1px] ${HEIGHTS[index] ?? "h-2"}`} />
      ))}
    </span>
  )
}
