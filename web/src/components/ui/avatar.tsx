interface AvatarProps {
  letters: string
  /** People are round, models rounded squares, so colour never carries the meaning alone. */
  kind: "person" | "model"
  voice: number
  size?: "small" | "medium"
}

export function Avatar({ letters, kind, voice, size = "medium" }: AvatarProps) {
  const shape = kind === "person" ? "rounded-full" : size === "small" ? "rounded-1" : "rounded-2"
  const scale = size === "small" ? "size-5" : "size-7"
  return (
    <span
      aria-hidden="true"
      data-voice={voice}
      className={`voice-avatar inline-grid shrink-0 place-items-center text-caption font-semibold ${shape} ${scale}`}
    >
      {letters}
    </span>
  )
}
