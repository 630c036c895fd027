// ECharts with only what the board uses, as SVG so that text stays sharp on a wall. Loaded by itself.
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

import { useDesk } from '../../desk/DeskFrame'
import { PALETTES } from '../../desk/theme'

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, MarkLineComponent, AriaComponent, SVGRenderer])

export interface Line { name: string; values: (number | null)[]; before?: boolean }
interface Props {
  labels: string[]
  lines: Line[]
  target?: { name: string; value: number } | null
  bars?: boolean
  across?: boolean
  label: string
  height: number | string
  show: (value: number) => string
  size?: number
  onPick?: (place: number) => void
}

export default function Chart({ labels, lines, target, bars = false, across = false, label, height, show, size, onPick }: Props) {
  const { look, size: deskSize } = useDesk()
  const text = size ?? deskSize
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts>(null)
  const pick = useRef(onPick)
  useEffect(() => {
    pick.current = onPick
  })
  useEffect(() => {
    if (!box.current) return
    const made = echarts.init(box.current, null, { renderer: 'svg' })
    chart.current = made
    made.on('click', (event) => pick.current?.(event.dataIndex))
    const watch = new ResizeObserver(() => made.resize())
    watch.observe(box.current)
    return () => {
      watch.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])
  useEffect(() => {
    const palette = PALETTES[look]
    const names = { type: 'category' as const, data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: palette.line } }, axisLabel: { color: palette.inkSoft, fontSize: text * 0.85, hideOverlap: true, interval: size ? Math.max(0, Math.ceil(labels.length / 6) - 1) : ('auto' as const), width: across ? text * 9 : undefined, overflow: 'truncate' as const } }
    const values = { type: 'value' as const, splitLine: { lineStyle: { color: palette.line, opacity: 0.7 } }, axisLabel: { color: palette.inkSoft, fontSize: text * 0.85, formatter: show, hideOverlap: true, show: size === undefined }, splitNumber: size ? 2 : 4, minInterval: 1 }
    chart.current?.setOption(
      {
        animationDuration: 300,
        animationDurationUpdate: 300,
        aria: { enabled: true, label: { description: label } },
        textStyle: { fontFamily: 'inherit' },
        grid: { left: 8, right: 20, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        tooltip: { trigger: 'axis', confine: true, backgroundColor: palette.raised, borderColor: palette.line, textStyle: { color: palette.ink, fontSize: text * 0.9 }, valueFormatter: (value: unknown) => (typeof value === 'number' ? show(value) : '—'), axisPointer: { type: bars ? 'shadow' : 'line', lineStyle: { color: palette.line } } },
        xAxis: across ? values : names,
        yAxis: across ? { ...names, inverse: true } : values,
        series: lines.map((line) => ({
          name: line.name,
          type: bars ? 'bar' : 'line',
          data: line.values,
          barMaxWidth: text * 2,
          cursor: onPick ? 'pointer' : 'default',
          showSymbol: line.values.filter((one) => one !== null).length < 40,
          symbolSize: text * 0.4,
          connectNulls: false,
          lineStyle: { width: line.before ? 1.5 : text / 6, type: line.before ? 'dashed' : 'solid' },
          itemStyle: { color: line.before ? palette.inkSoft : palette.sea, borderRadius: across ? [0, 3, 3, 0] : [3, 3, 0, 0] },
          areaStyle: !bars && !line.before ? { color: palette.sea, opacity: 0.09 } : undefined,
          label: across ? { show: true, position: 'right', color: palette.ink, fontSize: text * 0.85, formatter: (event: { value: unknown }) => (typeof event.value === 'number' ? show(event.value) : '') } : undefined,
          markLine: target && !line.before ? { silent: true, symbol: 'none', data: [{ [across ? 'xAxis' : 'yAxis']: target.value }], lineStyle: { color: palette.warn, type: 'dashed', width: 1.5 }, label: { formatter: target.name, color: palette.warn, fontSize: text * 0.85, position: 'insideEndTop' } } : undefined,
        })),
      },
      { notMerge: true },
    )
  }, [labels, lines, target, bars, across, label, show, look, text, size, onPick])
  return <div ref={box} style={{ height }} role="img" aria-label={label} />
}
