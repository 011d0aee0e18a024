interface BarChartProps {
  label: string
  bars: readonly { name: string; value: number; text: string }[]
}

const WIDTH = 720
const HEIGHT = 160
const GAP = 2

/** Bars over time. The table beside it says the same, so for who cannot see it this is one picture with a name. */
export function BarChart({ label, bars }: BarChartProps) {
  const most = Math.max(...bars.map(({ value }) => value), 0)
  const width = WIDTH / Math.max(bars.length, 1)
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="h-40 w-full rtl:-scale-x-100">
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-border-strong" />
      {bars.map(({ name, value, text }, place) => {
        const height = most === 0 ? 0 : Math.max((value / most) * (HEIGHT - 4), value > 0 ? 2 : 0)
        return (
          <rect key={name} x={place * width + GAP / 2} y={HEIGHT - height} width={Math.max(width - GAP, 1)} height={height} className="fill-accent">
            <title>{`${name}: ${text}`}</title>
          </rect>
        )
      })}
    </svg>
  )
}
