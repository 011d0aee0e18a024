import type { TreeRow } from "@/features/conversations/inspector/tree-rows"

interface TreeRailsProps {
  row: TreeRow
  voice: number
  isShown: boolean
}

/** Further in, lanes lie on each other: the words need the room. */
const MOST_LANES = 7
const LANE = 16
const HEIGHT = 32

const xOf = (lane: number): number => Math.min(lane, MOST_LANES) * LANE + LANE / 2

/** The lines of one row and its dot, in the colour of who speaks; lines of the shown path are heavier. */
export function TreeRails({ row, voice, isShown }: TreeRailsProps) {
  const x = xOf(row.lane)
  const middle = HEIGHT / 2
  const width = (Math.min(row.lane, MOST_LANES) + 1) * LANE
  const others = row.passing.filter(({ lane }) => lane !== row.lane && lane !== row.from)
  const beside = row.passing.find(({ lane }) => lane === row.from && lane !== row.lane)
  return (
    <span aria-hidden="true" className="relative shrink-0 rtl:-scale-x-100" style={{ inlineSize: `${width}px` }}>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full overflow-visible fill-none"
      >
        {[...others, ...(beside ? [beside] : [])].map(({ lane, isOn }) => (
          <path key={lane} d={`M${xOf(lane)} 0V${HEIGHT}`} className={lineOf(isOn)} vectorEffect="non-scaling-stroke" />
        ))}
        {row.from === null ? null : (
          <path d={pathFrom(xOf(row.from), x, middle)} className={lineOf(row.isOn)} vectorEffect="non-scaling-stroke" />
        )}
        {row.goesOn ? (
          <path
            d={`M${x} ${middle}V${HEIGHT}`}
            strokeDasharray={row.left === null ? undefined : "2 3"}
            className={lineOf(row.isOnBelow)}
            vectorEffect="non-scaling-stroke"
          />
        ) : null}
      </svg>
      {row.left === null ? (
        <span
          data-voice={voice}
          className={`voice-bar absolute top-1/2 size-2.5 -translate-x-1/2 -translate-y-1/2 ${row.stop.author_kind === "person" ? "rounded-full" : "rounded-[3px]"} ${isShown ? "outline-2 outline-offset-2 outline-(--voice)" : ""}`}
          style={{ left: `${x}px` }}
        />
      ) : null}
    </span>
  )
}

function pathFrom(from: number, to: number, middle: number): string {
  return from === to ? `M${to} 0V${middle}` : `M${from} 0C${from} ${middle * 0.7} ${to} ${middle * 0.4} ${to} ${middle}`
}

function lineOf(isOn: boolean): string {
  return isOn ? "stroke-accent-solid stroke-2" : "stroke-border-strong stroke-1"
}
