import { useState } from 'react'

import { amount } from '../../../core/format'
import { useSettings } from '../../../core/settings'
import { newId } from '../../../core/store'
import type { Word } from '../../../core/words'
import { isOpen, unitsFor } from '../course'
import type { Line } from '../model'
import { Reasons } from '../Reasons'
import { Instrument } from './Instrument'
import type { StepProps } from './OfferStep'

type Open = { line: Line; what: 'weigh' | 'refuse'; corrects?: number }

export function WeighStep({ work, name, act, kinds, leave }: StepProps & { kinds: string[]; leave: () => void }) {
  const { t, language } = useSettings()
  const [open, setOpen] = useState<Open>()
  const first = work.lines.find(isOpen)
  const taken = Object.keys(work.job.demands.kinds)
  const addable = (taken.length ? taken : kinds).filter((kind) => !work.lines.some((one) => one.line.kind === kind))
  if (open?.what === 'weigh') {
    return (
      <Instrument key={open.line.line_id} line={open.line} title={name(open.line.kind)} units={unitsFor(open.line.kind, work, open.line)} corrects={open.corrects} onCancel={() => setOpen(undefined)}
        onMeasured={async (body) => { await act('collections', { line_id: open.line.line_id, kind: open.line.kind, ...body }); setOpen(undefined) }} />
    )
  }
  if (open) {
    return (
      <Reasons title={`${t('crew_refuse_title')}：${name(open.line.kind)}`} codes={['dangerous', 'mixed', 'not_declared', 'not_packed', 'absent', 'other']} prefix="refuse" note onCancel={() => setOpen(undefined)}
        onChoose={(reason, note) => { void act('refusals', { line_id: open.line.line_id, kind: open.line.kind, reason, note }); setOpen(undefined) }} />
    )
  }
  return (
    <section className="card">
      <h1>{t('crew_weigh')}</h1>
      <ul className="measures">
        {work.lines.map((one) => {
          const last = one.measures.at(-1)
          return (
            <li key={one.line.line_id} className={isOpen(one) ? (one === first ? 'next' : '') : 'done'}>
              <div className="grow">
                <strong>{name(one.line.kind)}</strong>
                {one.declared && <div className="soft">{t('crew_declared_is')} {amount(one.line, language)}</div>}
                {one.measures.map((each) => <div key={each.container_id} className="net">{amount(each.quantity, language)} {each.container_id && <small>{each.container_id}</small>}</div>)}
                {one.refusal && <span className="chip bad">{t('crew_refused')} · {t(`refuse_${one.refusal}` as Word)}</span>}
              </div>
              {isOpen(one) ? (
                <div className="pair">
                  <button className={one === first ? 'primary' : 'plain'} onClick={() => setOpen({ line: one.line, what: 'weigh' })}>{t('crew_weigh_line')}</button>
                  <button className="plain danger" onClick={() => setOpen({ line: one.line, what: 'refuse' })}>{t('crew_refuse')}</button>
                </div>
              ) : last && <button className="plain" onClick={() => setOpen({ line: one.line, what: 'weigh', corrects: last.version })}>{t('crew_correct')}</button>}
            </li>
          )
        })}
      </ul>
      {addable.length > 0 && (
        <select className="adding" aria-label={t('crew_add_line')} value="" onChange={(event) => {
          const kind = event.target.value
          if (kind) setOpen({ what: 'weigh', line: { line_id: `x${newId().slice(0, 10)}`, kind, group: '', amount: 0, unit: 'g', density_kg_m3: null } })
        }}>
          <option value="">＋ {t('crew_add_line')}</option>
          {addable.map((kind) => <option key={kind} value={kind}>{name(kind)}</option>)}
        </select>
      )}
      {first && work.lines.some((one) => !isOpen(one)) && <button className="plain" onClick={leave}>{t('crew_rest')}</button>}
    </section>
  )
}
