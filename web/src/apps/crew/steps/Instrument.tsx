// What a scale or a meter showed. Instrument and calibration are remembered on the device.
import { useState, type FormEvent } from 'react'

import { amount } from '../../../core/format'
import { useSettings } from '../../../core/settings'
import { measured, type Reading } from '../course'
import type { Line, Unit } from '../model'

interface Remembered { instrument: string; calibrated: string }
const KEPT = { g: 'instrument-scale', ml: 'instrument-meter', piece: 'instrument-scale' } as const
const remembered = (unit: Unit) => JSON.parse(localStorage.getItem(KEPT[unit]) ?? '{"instrument":"","calibrated":""}') as Remembered
const figures = (text: string) => text.replace(/[^0-9.]/g, '')

interface Props {
  line: Line
  title: string
  units: Unit[]
  corrects?: number
  onMeasured: (body: Record<string, unknown>) => Promise<void>
  onCancel: () => void
}

export function Instrument({ line, title, units, corrects, onMeasured, onCancel }: Props) {
  const { t, language } = useSettings()
  const [unit, setUnit] = useState<Unit>(units.includes(line.unit) ? line.unit : (units[0] ?? 'g'))
  const [reading, setReading] = useState({ gross: '', tare: '', volume: '', ...remembered(unit) })
  const [container, setContainer] = useState('')
  const [why, setWhy] = useState('')
  const [wrong, setWrong] = useState(false)
  const whole: Reading = { unit, ...reading }
  const found = measured(whole, line)
  const put = (name: keyof typeof reading) => (event: { target: { value: string } }) => setReading((was) => ({ ...was, [name]: event.target.value }))
  const putFigure = (name: 'gross' | 'tare' | 'volume') => (event: { target: { value: string } }) => setReading((was) => ({ ...was, [name]: figures(event.target.value) }))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!found || (corrects !== undefined && !why.trim())) return setWrong(true)
    localStorage.setItem(KEPT[unit], JSON.stringify({ instrument: reading.instrument, calibrated: reading.calibrated }))
    await onMeasured({ ...found, ...(container.trim() ? { container_id: container.trim() } : {}), ...(corrects !== undefined ? { corrects, reason: why.trim() } : {}) })
  }
  return (
    <form className="card instrument" onSubmit={submit} noValidate>
      <div className="row"><h1 className="grow">{title}</h1>{line.amount > 0 && <span className="chip">{t('crew_declared_is')} {amount(line, language)}</span>}</div>
      {units.length > 1 && (
        <div className="two" role="group" aria-label={t('crew_weigh')}>
          {units.map((one) => <button type="button" key={one} className={`pill ${one === unit ? 'on' : ''}`} aria-pressed={one === unit} onClick={() => { setUnit(one); setReading((was) => ({ ...was, ...remembered(one) })) }}>{one === 'ml' ? t('crew_by_meter') : t('crew_by_scale')}</button>)}
        </div>
      )}
      {unit === 'ml' ? (
        <div className="field"><label htmlFor="volume">{t('volume')}（{t('crew_l')}）</label><input id="volume" className="figure" inputMode="decimal" autoComplete="off" autoFocus value={reading.volume} onChange={putFigure('volume')} /></div>
      ) : (
        <div className="two">
          <div className="field"><label htmlFor="gross">{t('gross')}（{t('crew_kg')}）</label><input id="gross" className="figure" inputMode="decimal" autoComplete="off" autoFocus value={reading.gross} onChange={putFigure('gross')} /></div>
          <div className="field"><label htmlFor="tare">{t('tare')}（{t('crew_kg')}）</label><input id="tare" className="figure" inputMode="decimal" autoComplete="off" placeholder="0" value={reading.tare} onChange={putFigure('tare')} /></div>
        </div>
      )}
      <output className="net-big" htmlFor="gross tare volume"><span>{unit === 'ml' ? t('volume') : t('crew_net')}</span><strong>{found ? amount(found.quantity, language) : '—'}</strong></output>
      <div className="two">
        <div className="field"><label htmlFor="instrument">{t('instrument')}</label><input id="instrument" autoComplete="off" value={reading.instrument} onChange={put('instrument')} placeholder="S-0101" /></div>
        <div className="field"><label htmlFor="calibrated">{t('calibrated')}</label><input id="calibrated" type="date" value={reading.calibrated} onChange={put('calibrated')} /></div>
      </div>
      <span className="soft">{t('crew_instrument_help')}</span>
      <div className="field"><label htmlFor="container">{t('crew_container')} <span className="soft">（{t('optional')}）</span></label><input id="container" autoComplete="off" maxLength={40} value={container} onChange={(event) => setContainer(event.target.value)} /></div>
      {corrects !== undefined && <div className="field"><label htmlFor="why">{t('crew_correct_why')}</label><input id="why" value={why} onChange={(event) => setWhy(event.target.value)} /></div>}
      {wrong && (!found || (corrects !== undefined && !why.trim())) && <div className="note bad" role="alert">{t('crew_reading_wrong')}</div>}
      <div className="two">
        <button className="primary huge go">{t('save')}</button>
        <button type="button" className="plain huge" onClick={onCancel}>{t('back')}</button>
      </div>
    </form>
  )
}
