import { isAppleDevice, showKeys } from "@/lib/shortcuts"

interface KeysProps {
  keys: string
}

/** The keys of one binding, as the device writes them. */
export function Keys({ keys }: KeysProps) {
  return (
    <span dir="ltr" className="inline-flex gap-1">
      {showKeys(keys, isAppleDevice()).map((key) => (
        <kbd
          key={key}
          className="inline-grid min-w-6 place-items-center rounded-1 border border-border-strong bg-raised px-1 py-0.5 text-caption text-text-2"
        >
          {key}
        </kbd>
      ))}
    </span>
  )
}
