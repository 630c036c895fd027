// The very cases behind a figure; what they add up to stands beside it.
import { Button, Drawer, Segmented, Skeleton } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'

import { Trouble } from '../../components/Trouble'
import { get } from '../../core/api'
import { filled, useWords } from '../../core/dictionary'
import { dateTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import { queryOf, type Narrow } from './Detail'
import { addsUp, text, unitOf, type CountedList, type Figure, type Reading, type Span } from './model'
import type { BoardNames } from './useNames'
import { BOARD_WORDS } from './words'

interface Props { figure: Figure; span: Span; narrow: Narrow; names: BoardNames; onClose: () => void }
type Items = CountedList['items']

export function Cases({ figure, span, narrow, names, onClose }: Props) {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const ratio = figure.kind === 'ratio'
  const [part, setPart] = useState<'numerator' | 'denominator'>('numerator')
  const [held, setHeld] = useState<{ items: Items; next: string | null }>()
  const [error, setError] = useState<Error>()
  const [turn, setTurn] = useState(0)
  const at = `/api/v1/indicators/${figure.id}`
  const query = queryOf(span, narrow.query, ratio && part === 'denominator' ? { denominator: 'true' } : {})
  // What the figure says within the same narrowing, read at the same time as its cases.
  const own = useRead<Reading>(`${at}?${queryOf(span, narrow.query)}`, 0, turn)
  useEffect(() => {
    let live = true
    setHeld(undefined)
    setError(undefined)
    get<CountedList>(`${at}/cases?${query}&limit=200`).then((page) => live && setHeld({ items: page.items, next: page.next ?? null }), (problem: Error) => live && setError(problem))
    return () => {
      live = false
    }
  }, [at, query, turn])
  const more = async () => {
    if (!held?.next) return
    try {
      const page = await get<CountedList>(`${at}/cases?${query}&limit=200&cursor=${encodeURIComponent(held.next)}`)
      setHeld({ items: [...held.items, ...page.items], next: page.next ?? null })
    } catch (problem) {
      setError(problem as Error)
    }
  }
  const said = own.data?.values[0]
  const unit = unitOf(figure.unit, figure.aggregate)
  const perCase = ratio || figure.aggregate === 'count' ? null : figure.unit
  return (
    <Drawer open onClose={onClose} size={720} title={narrow.title} closable={{ 'aria-label': words.close }}>
      {ratio && <Segmented value={part} onChange={(value) => setPart(value as 'numerator')} options={[{ value: 'numerator', label: words.numerator }, { value: 'denominator', label: words.denominator }]} />}
      {error && <Trouble error={error} again={() => setTurn(turn + 1)} />}
      {!held && !error && <Skeleton active paragraph={{ rows: 8 }} title={false} />}
      {held && (
        <>
          {!ratio && said && <Sum figure={{ aggregate: figure.aggregate, value: said.figures[figure.aggregate] ?? null, count: said.count }} items={held.items} whole={held.next === null} show={(value) => text(value, unit, language)} />}
          <table className="counted">
            <thead><tr><th>{words.case_column}</th><th>{words.by_region}</th><th>{words.by_unit}</th><th>{words.last}</th><th className="right">{perCase ? words.adds : words.count}</th></tr></thead>
            <tbody>
              {held.items.map((one) => (
                <tr key={one.case_id} data-case={one.case_id} data-count={one.count} data-total={one.total}>
                  <td>{one.case_id ? <Link to={`/hall?case=${encodeURIComponent(one.case_id)}`} title={words.in_hall}>{one.title || one.case_id}</Link> : words.no_case} {one.case_id && <span className={`chip ${one.is_open ? '' : 'good'}`}>{one.is_open ? words.open : words.closed}</span>}</td>
                  <td>{names.region(one.region_code)}</td>
                  <td>{one.unit_id ? names.unit(one.unit_id) : '—'}</td>
                  <td className="numbers">{dateTime(one.last_at, language)}</td>
                  <td className="right numbers">{perCase ? text(one.total, perCase, language) : one.count}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {held.items.length === 0 && <div className="calm"><strong>{words.nothing}</strong><span>{words.nothing_help}</span></div>}
          <div className="row">
            {held.next && <Button onClick={() => void more()}>{words.more}</Button>}
            <a className="export" href={`/api/v1/board-file?${queryOf(span, narrow.query, { indicator: figure.id, language })}`} download>{words.export_csv}</a>
          </div>
        </>
      )}
    </Drawer>
  )
}

function Sum({ figure, items, whole, show }: { figure: { aggregate: string; value: number | null; count: number }; items: Items; whole: boolean; show: (value: number | null) => string }) {
  const words = useWords(BOARD_WORDS)
  const sum = addsUp(figure, items)
  const adds = figure.aggregate === 'count' ? sum.count : sum.total
  if (!whole) return <p className="sum soft">{filled(words.adding, items.length, show(adds))}</p>
  if (!sum.equal) return <p className="sum bad" role="alert" data-equal="false">! {filled(words.adds_not, figure.aggregate === 'count' ? sum.count : show(sum.total), show(figure.value))}</p>
  if (figure.aggregate === 'mean') return <p className="sum good" data-equal="true">✓ {filled(words.mean_of, sum.count, show(sum.total), show(figure.value))}</p>
  return <p className="sum good" data-equal="true">✓ {filled(words.adds_up, items.length, show(adds))}</p>
}
