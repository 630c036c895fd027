// Ask for a service: the pack's form, the place, a photo. What is written survives a reload and no network.
import { useEffect, useMemo, useState, type FormEvent } from 'react'
import { useNavigate, useParams } from 'react-router'

import { Trouble } from '../../components/Trouble'
import { newKey, Offline, post, Refused, upload } from '../../core/api'
import { shrink } from '../../core/photo'
import { useSettings } from '../../core/settings'
import { problemText, useKept } from '../../core/use'
import { cleaned, freshLine, missing, type Answers } from '../../forms/model'
import { PackForm } from '../../forms/PackForm'
import { BayMap, type Mark } from '../../map/BayMap'
import type { Berth, ServiceView } from './model'

interface Draft { key: string; answers: Answers; lon?: number; lat?: number; place?: string; phone?: string }

export function Ask() {
  const { code = '' } = useParams()
  const { t, pick, language } = useSettings()
  const go = useNavigate()
  const services = useKept<{ items: ServiceView[] }>('/api/v1/services')
  const berths = useKept<{ items: Berth[] }>('/api/v1/map/places')
  const service = services.data?.items.find((one) => one.code === code)
  const kept = `draft-${code}`
  const [draft, setDraft] = useState<Draft>(() => JSON.parse(localStorage.getItem(kept) ?? 'null') as Draft | null ?? { key: newKey(), answers: {} })
  const [photos, setPhotos] = useState<File[]>([])
  const [wrong, setWrong] = useState(new Map<string, string>())
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  useEffect(() => localStorage.setItem(kept, JSON.stringify(draft)), [kept, draft])
  useEffect(() => {
    const lines = service?.form.fields.find((field) => field.kind === 'lines' && field.required)
    if (lines) setDraft((was) => (was.answers[lines.name] ? was : { ...was, answers: { ...was.answers, [lines.name]: [freshLine(lines.fields ?? [])] } }))
  }, [service])
  const marks = useMemo<Mark[]>(() => {
    const places = (berths.data?.items ?? []).map((berth) => ({ id: berth.id, lon: berth.position.lon, lat: berth.position.lat, kind: 'berth' as const }))
    return draft.lon !== undefined && draft.lat !== undefined ? [...places, { id: `picked-${draft.place ?? ''}`, lon: draft.lon, lat: draft.lat, kind: 'picked' as const }] : places
  }, [berths.data, draft.lon, draft.lat])
  if (services.error) return <main className="page"><Trouble error={services.error} again={services.again} /></main>
  if (!service) return <main className="page"><p className="soft">{t('loading')}</p></main>

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const gaps = missing(service.form.fields, draft.answers)
    if (service.place === 'required' && draft.lon === undefined) gaps.push('position')
    setWrong(new Map(gaps.map((gap) => [gap, ''])))
    if (gaps.length) return document.getElementById(`f-${gaps[0]}`)?.focus()
    setBusy(true)
    setError(undefined)
    try {
      const media = await Promise.all(photos.map(async (photo) => upload(await shrink(photo))))
      const report = await post<{ report_id: string }>('/api/v1/reports', {
        service_code: code,
        answers: cleaned(service.form.fields, draft.answers),
        ...(draft.lon !== undefined ? { position: { lon: draft.lon, lat: draft.lat, datum: 'WGS84' } } : {}),
        ...(draft.place ? { place_id: draft.place } : {}),
        ...(media.length ? { media } : {}),
        ...(draft.phone ? { contact: { phone: draft.phone } } : {}),
      }, draft.key)
      localStorage.removeItem(kept)
      void go(`/report/${report.report_id}`)
    } catch (problem) {
      setError(problem as Error)
      if (problem instanceof Refused && problem.problem.field) {
        const field = problem.problem.field.replace(/^answers\./, '')
        setWrong(new Map([[field, problemText(problem, language).title]]))
        document.getElementById(`f-${field}`)?.focus()
      }
      if (problem instanceof Offline) window.addEventListener('online', () => (document.getElementById('send') as HTMLButtonElement | null)?.click(), { once: true })
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className="page">
      <div>
        <h1>{pick(service.name)}</h1>
        <p className="soft" style={{ margin: 0 }}>{pick(service.description)}</p>
      </div>
      <form onSubmit={submit} style={{ display: 'grid', gap: 'var(--gap)' }} noValidate>
        <section className="card">
          <PackForm fields={service.form.fields} answers={draft.answers} wrong={wrong} onChange={(answers) => setDraft((was) => ({ ...was, answers }))} />
        </section>
        {service.place !== 'none' && (
          <section className={`card field ${wrong.has('position') ? 'wrong' : ''}`} id="f-position" tabIndex={-1}>
            <h2>{t('place')}</h2>
            <select aria-label={t('choose_berth')} value={draft.place ?? ''} onChange={(event) => {
              const berth = berths.data?.items.find((one) => one.id === event.target.value)
              setDraft((was) => (berth ? { ...was, place: berth.id, lon: berth.position.lon, lat: berth.position.lat } : { ...was, place: undefined }))
            }}>
              <option value="">{t('choose_berth')}</option>
              {berths.data?.items.map((berth) => <option key={berth.id} value={berth.id}>{language === 'zh' ? berth.name : berth.name_en || berth.name}</option>)}
            </select>
            <button type="button" className="plain" onClick={() => navigator.geolocation?.getCurrentPosition((here) => setDraft((was) => ({ ...was, place: undefined, lon: here.coords.longitude, lat: here.coords.latitude })))}>{t('use_position')}</button>
            <BayMap label={t('pick_on_map')} marks={marks} fit onPick={(lon, lat) => setDraft((was) => ({ ...was, place: undefined, lon, lat }))} onMark={(id) => {
              const berth = berths.data?.items.find((one) => one.id === id)
              if (berth) setDraft((was) => ({ ...was, place: berth.id, lon: berth.position.lon, lat: berth.position.lat }))
            }} />
            <span className="help">{draft.lon !== undefined ? `${draft.lat?.toFixed(5)}, ${draft.lon.toFixed(5)} (WGS 84)` : t('pick_on_map')}</span>
            {wrong.has('position') && <span className="wrongly">{t('required')}</span>}
          </section>
        )}
        <section className="card">
          <div className="field">
            <span className="label">{t('photo')} <span className="soft">({t('optional')})</span></span>
            <label className="plain picker">
              {photos.length ? `${t('photo')} × ${photos.length}` : t('add_photo')}
              <input id="photo" type="file" accept="image/*" capture="environment" multiple onChange={(event) => setPhotos([...(event.target.files ?? [])])} />
            </label>
          </div>
          <div className="field">
            <label htmlFor="phone">{t('contact')} <span className="soft">({t('optional')})</span></label>
            <input id="phone" inputMode="tel" autoComplete="tel" value={draft.phone ?? ''} onChange={(event) => setDraft((was) => ({ ...was, phone: event.target.value }))} />
          </div>
        </section>
        {error instanceof Offline ? <div className="note">{t('offline')}</div> : error && <Trouble error={error} />}
        <button id="send" className="primary" disabled={busy}>{busy ? t('sending') : t('send')}</button>
      </form>
    </main>
  )
}
