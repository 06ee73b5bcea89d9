/** One curve over time, drawn by uPlot in the colours of the theme. */

import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useApp } from '../app.js'
import { useStore } from '../store.js'
import { clock, day } from '../words.js'

interface PlotProps {
  readonly label: string // for those who cannot see it
  readonly title: string
  readonly at: readonly number[] // ms since 1970
  readonly values: readonly number[]
}

const height = 180 // px
const narrowest = 600 // seconds shown at least, where an appliance has just begun

export function Plot({ label, title, at, values }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const theme = useStore(useApp().theme)
  const columns = useRef<uPlot.AlignedData>([[], []])
  const plot = useRef<uPlot | undefined>(undefined)
  columns.current = [at.map(ms => ms / 1000), [...values]]

  // The theme changes the colours that are read here.
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const drawn = new uPlot(optionsOf(title, element.clientWidth), columns.current, element)
    plot.current = drawn
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      drawn.destroy()
      plot.current = undefined
    }
  }, [title, theme])
  // The columns follow from these.
  useEffect(() => plot.current?.setData(columns.current), [at, values])
  return <div ref={place} class="plot-place" role="img" aria-label={label} />
}

function optionsOf(title: string, width: number): uPlot.Options {
  const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--dim'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line') },
  }
  return {
    width,
    height,
    legend: { live: true },
    cursor: { points: { size: 6 } },
    scales: {
      x: { range: timesShown },
      y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] },
    },
    axes: [
      { ...axis, incrs: timeSteps, values: (_, times) => times.map(labelOf) },
      { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5] },
    ],
    series: [
      { label: 'Time', value: '{YYYY}-{MM}-{DD} {HH}:{mm}' },
      {
        label: title,
        stroke: colour('--accent'),
        fill: colour('--accent-tint'),
        width: 1.5,
        points: { show: at => at.data[0].length < 3, size: 5 },
      },
    ],
  }
}

/** In seconds; a point stands for a minute. */
const timeSteps = [60, 120, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]

/** Of a single point uPlot would show the years to come. */
function timesShown({ data: [at] }: uPlot, least: number, most: number): uPlot.Range.MinMax {
  const last = at.length === 1 ? (at[0] ?? most) : most
  return [Math.min(least, last - narrowest), last]
}

/** `14:30`, and the day where one begins. */
function labelOf(seconds: number): string {
  const time = clock(seconds * 1000).slice(0, 5)
  return time === '00:00' ? day(seconds * 1000).slice(5) : time
}
