// The figures of the day in one line: counted by the platform from its facts, read again when one of them moves.
import { useMemo, type ReactNode } from 'react'

import { useWords } from '../../core/dictionary'
import { span, yuan } from '../../core/format'
import type { Line } from '../../core/stream'
import { useSettings } from '../../core/settings'
import { useRead, type Read } from '../../core/use'
import type { Reading } from './model'
import { HALL } from './words'

interface Props {
  turn: number
  open: { count: number; more: boolean; late: number } | undefined
  kinds: (code: string) => string
  line: Line
  past: boolean
  tools: ReactNode
}

// The town's own day (UTC+8, no summer time).
const DAY_MS = 86_400_000
const midnight = (now: number) => new Date(Math.floor((now + 28_800_000) / DAY_MS) * DAY_MS - 28_800_000).toISOString()

export function Strip({ turn, open, kinds, line, past, tools }: Props) {
  const { t, language } = useSettings()
  const words = useWords(HALL)
  const since = useMemo(() => midnight(Date.now()), [])
  const figure = (id: string, more = '') => `/api/v1/indicators/${id}?since=${since}${more}`
  const opened = useFigure(figure('cases_opened'), turn)
  const closed = useFigure(figure('cases_closed'), turn)
  const arrival = useFigure(figure('time_to_arrival'), turn)
  const overdue = useFigure(figure('overdue'), turn)
  const collected = useFigure(figure('collected_g', '&group_by=kind'), turn)
  const subsidy = useFigure(figure('subsidy_fen'), turn)
  const number = (read: Read<Reading>, name: string) => read.data?.values[0]?.figures[name] ?? null
  const median = number(arrival, 'p50')
  const within = number(arrival, 'share')
  const byKind = [...(collected.data?.values ?? [])].map((value) => ({ kind: value.group, kg: (value.figures['sum'] ?? 0) / 1000 })).filter((one) => one.kg > 0).sort((a, b) => b.kg - a.kg)
  const total = byKind.reduce((sum, one) => sum + one.kg, 0)
  const title = (read: Read<Reading>) => (read.data ? (language === 'zh' ? read.data.title_zh : read.data.title_en) : '…')
  const kg = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 })
  return (
    <section className="strip" aria-label={t('indicators')}>
      <Figure label={t('board_open')} value={open ? `${open.count}${open.more ? '+' : ''}` : '…'} note={open && open.late > 0 ? `${open.late} ${t('overdue')}` : ''} tone={open && open.late > 0 ? 'bad' : ''} />
      <Figure label={`${title(opened)} / ${title(closed)}`} value={`${number(opened, 'count') ?? 0} / ${number(closed, 'count') ?? 0}`} note={t('board_today')} />
      <Figure label={title(arrival)} value={median === null ? '—' : span(median, language)} note={within === null ? t('board_no_data') : `${t('board_p50')} · ${t('board_within')} ${(within / 10).toFixed(0)}%`} tone={median !== null && arrival.data?.target && median > arrival.data.target ? 'bad' : median !== null ? 'good' : ''} />
      <Figure label={title(overdue)} value={String(overdue.data?.values.reduce((sum, one) => sum + one.count, 0) ?? 0)} note={t('board_today')} tone={(overdue.data?.values.length ?? 0) > 0 ? 'bad' : ''} />
      <div className="figure-box wide">
        <span>{title(collected)}</span>
        <strong>{kg(total)} <small>{t('kg')}</small></strong>
        {byKind.length > 0 && (
          <ul className="bar-of">{byKind.slice(0, 4).map((one, place) => <li key={one.kind} style={{ flexGrow: Math.max(one.kg / total, 0.12) }} data-place={place}>{kinds(one.kind)} {kg(one.kg)}</li>)}</ul>
        )}
      </div>
      <Figure label={title(subsidy)} value={yuan(number(subsidy, 'sum') ?? 0)} note={t('yuan')} />
      <div className="strip-end">
        <span className={`line-state ${past ? 'past' : line}`} role="status"><span className="dot" aria-hidden="true" />{past ? words.replay : line === 'open' ? t('hall_live') : t('hall_reconnecting')}</span>
        {tools}
      </div>
    </section>
  )
}

function useFigure(path: string, turn: number): Read<Reading> {
  return useRead<Reading>(path, 60_000, turn)
}

function Figure({ label, value, note, tone = '' }: { label: string; value: string; note?: string; tone?: string }) {
  return <div className={`figure-box ${tone}`}><span>{label}</span><strong>{value}</strong><small>{note || '\u00a0'}</small></div>
}
