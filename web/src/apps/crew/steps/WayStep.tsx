import { useMemo } from 'react'

import { clockTime, distance, minutesUntil } from '../../../core/format'
import { useSettings } from '../../../core/settings'
import { useNow, useRead } from '../../../core/use'
import { BayMap, type Mark } from '../../../map/BayMap'
import { metresLeft } from '../course'
import type { UnitView } from '../model'
import type { StepProps } from './OfferStep'

/** Where this device is, if the person lets it say so; the platform takes it as a claim beside the boat's own. */
function herePosition(): Promise<{ lon: number; lat: number } | undefined> {
  return new Promise((done) => {
    if (!navigator.geolocation) return done(undefined)
    navigator.geolocation.getCurrentPosition((here) => done({ lon: here.coords.longitude, lat: here.coords.latitude }), () => done(undefined), { timeout: 3000, maximumAge: 10_000 })
  })
}

export function WayStep({ work: { job }, where, act, step }: StepProps & { step: 'set_out' | 'way' }) {
  const { t, language } = useSettings()
  const now = useNow(1000)
  const unit = useRead<UnitView>(`/api/v1/units/${job.unit_id}`, 5000)
  const at = unit.data?.position ?? null
  const marks = useMemo<Mark[]>(() => {
    const shown: Mark[] = [{ id: 'place', ...job.position, kind: 'picked', label: where }]
    if (at) shown.push({ id: job.unit_id, lon: at.lon, lat: at.lat, kind: at.state === 'fresh' ? 'unit' : 'stale', label: unit.data?.name })
    return shown
  }, [job, where, at, unit.data])
  const left_m = job.route ? (at ? metresLeft(job.route.points, at.lon, at.lat) : job.route.length_m) : null
  const minutes = minutesUntil(job.eta_at, now)
  const arrive = async () => {
    const position = await herePosition()
    await act('arrive', position ? { position } : {})
  }
  return (
    <section className="card">
      <h1>{where}</h1>
      <dl className="figures">
        {left_m !== null && <div><dt>{t('crew_left')}</dt><dd>{distance(left_m)}</dd></div>}
        <div><dt>{t('crew_arrives')}</dt><dd>{clockTime(job.eta_at, language)} <small>{minutes !== null && minutes >= 0 ? `${minutes} ${t('minutes')}` : ''}</small></dd></div>
      </dl>
      <BayMap label={where} marks={marks} routes={job.route ? [job.route.points] : []} fit height="min(46vh, 420px)" />
      {at && at.state !== 'fresh' && <span className="chip warn">{t('position_old')} · {clockTime(at.at, language)}</span>}
      {step === 'set_out' ? (
        <>
          <button className="primary huge go" onClick={() => void act('set-out')}>{t('crew_set_out')}</button>
          <p className="soft">{t('crew_set_out_help')}</p>
        </>
      ) : (
        <>
          <p className="soft">{t('crew_arrival_by_itself')}</p>
          <button className="primary huge" onClick={() => void arrive()}>{t('crew_alongside')}</button>
        </>
      )}
    </section>
  )
}
