// The place: by words, by the device's position, or on the map.
import { lazy, Suspense, useMemo, useState } from 'react'

import { Icon } from '../../components/Icon'
import { useSettings } from '../../core/settings'
import { useKept, useRead } from '../../core/use'
import { filled } from '../../core/words_citizen'
import type { Mark } from '../../map/layers'
import type { Draft } from './draft'
import type { Berth } from './model'

const BayMap = lazy(() => import('../../map/BayMap').then((module) => ({ default: module.BayMap })))

interface Props { draft: Draft; wrong: string | undefined; onChange: (changed: Partial<Draft>) => void }

export function PlacePicker({ draft, wrong, onChange }: Props) {
  const { t, language, large } = useSettings()
  const [words, setWords] = useState('')
  const [finding, setFinding] = useState(false)
  const [denied, setDenied] = useState(false)
  const [mapped, setMapped] = useState(false)
  const known = useKept<{ items: Berth[] }>('/api/v1/map/places')
  const asked = words.trim()
  const found = useRead<{ items: Berth[] }>(asked ? `/api/v1/map/search?q=${encodeURIComponent(asked)}` : null)
  const berths = useMemo(() => known.data?.items ?? [], [known.data])
  // Without network the places that were read before are searched here.
  const listed = found.data?.items ?? (found.error ? berths.filter((one) => `${one.name} ${one.name_en}`.toLowerCase().includes(asked.toLowerCase())) : [])
  const nameOf = (one: Berth) => (language === 'zh' ? one.name : one.name_en || one.name)
  const take = (one: Berth) => {
    setWords('')
    onChange({ place: one.id, place_name: one.name, lon: one.position.lon, lat: one.position.lat, address: undefined })
  }
  const point = (lon: number, lat: number, place_name: string) => onChange({ place: undefined, place_name, lon, lat, address: undefined })
  const locate = () => {
    if (!navigator.geolocation) return setDenied(true)
    setFinding(true)
    setDenied(false)
    navigator.geolocation.getCurrentPosition(
      (here) => {
        setFinding(false)
        point(here.coords.longitude, here.coords.latitude, t('place_here'))
      },
      () => {
        setFinding(false)
        setDenied(true)
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    )
  }
  const marks = useMemo<Mark[]>(() => {
    const places = berths.map((one) => ({ id: one.id, lon: one.position.lon, lat: one.position.lat, kind: 'berth' as const, label: language === 'zh' ? one.name : one.name_en || one.name }))
    return draft.lon !== undefined && draft.lat !== undefined ? [...places, { id: `picked-${draft.place ?? ''}`, lon: draft.lon, lat: draft.lat, kind: 'picked' as const }] : places
  }, [berths, draft.lon, draft.lat, draft.place, language])
  const chosen = draft.place ? berths.find((one) => one.id === draft.place) : undefined
  const shown = chosen ? nameOf(chosen) : draft.place_name ?? draft.address
  return (
    <section className={`card ${wrong === undefined ? '' : 'wrong'}`} id="f-position" tabIndex={-1} aria-labelledby="place-title">
      <h2 id="place-title"><Icon name="pin" /> {t('place')}</h2>
      {shown && (
        <div className="chosen" role="status">
          <Icon name="check" />
          <div className="grow"><strong>{shown}</strong>{draft.lon !== undefined && <div className="soft">{draft.lat?.toFixed(5)}, {draft.lon.toFixed(5)} · WGS 84</div>}</div>
        </div>
      )}
      <div className="field">
        <label htmlFor="place-words">{t('place_words')}</label>
        <input id="place-words" type="search" autoComplete="off" placeholder={t('place_words_help')} value={words} onChange={(event) => setWords(event.target.value)} />
      </div>
      {asked && (
        <ul className="found">
          {listed.slice(0, large ? 4 : 8).map((one) => <li key={one.id}><button type="button" onClick={() => take(one)}><Icon name="pin" /> <span>{nameOf(one)}</span></button></li>)}
          {listed.length === 0 && (found.data || found.error) && <li className="soft">{filled(t('place_none'), asked)}</li>}
          <li><button type="button" onClick={() => { setWords(''); onChange({ place: undefined, place_name: undefined, lon: undefined, lat: undefined, address: asked }) }}><Icon name="list" /> <span>{t('place_use_words')}：{asked}</span></button></li>
        </ul>
      )}
      <div className="pair">
        <button type="button" className="plain" disabled={finding} onClick={locate}><Icon name="target" /> {finding ? t('place_locating') : t('use_position')}</button>
        {!large && (
          <select aria-label={t('choose_berth')} value={draft.place ?? ''} onChange={(event) => {
            const one = berths.find((berth) => berth.id === event.target.value)
            if (one) take(one)
          }}>
            <option value="">{t('choose_berth')}</option>
            {berths.map((one) => <option key={one.id} value={one.id}>{nameOf(one)}</option>)}
          </select>
        )}
      </div>
      {denied && <div className="note" role="alert">{t('place_denied')}</div>}
      {large && !mapped ? (
        <button type="button" className="plain" onClick={() => setMapped(true)}>{t('place_map_show')}</button>
      ) : (
        <Suspense fallback={<div className="map" />}>
          <BayMap label={t('pick_on_map')} marks={marks} fit height={large ? 320 : 220} onPick={(lon, lat) => point(lon, lat, t('place_point'))} onMark={(id) => {
            const one = berths.find((berth) => berth.id === id)
            if (one) take(one)
          }} />
        </Suspense>
      )}
      {wrong !== undefined && <span className="wrongly" role="alert">{wrong || t('required')}</span>}
    </section>
  )
}
