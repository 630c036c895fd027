// Perhaps the matter is known already: joining spares a second report.
import { Icon } from '../../components/Icon'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import { filled } from '../../core/words_citizen'
import type { Draft } from './draft'
import type { Near } from './model'

export function Nearby({ draft, busy, onJoin }: { draft: Draft; busy: boolean; onJoin: (report_id: string) => void }) {
  const { t, pick } = useSettings()
  const at = draft.lon !== undefined && draft.lat !== undefined ? `&lon=${draft.lon}&lat=${draft.lat}&datum=WGS84` : null
  const { data } = useRead<{ items: Near[] }>(at && `/api/v1/reports/near?service_code=${encodeURIComponent(draft.code)}${at}`)
  if (!data?.items.length) return null
  return (
    <section className="card near" aria-labelledby="near-title" role="region">
      <h2 id="near-title"><Icon name="people" /> {t('near_title')}</h2>
      <p className="soft">{t('near_help')}</p>
      {data.items.slice(0, 3).map((one) => (
        <div className="one" key={one.report.report_id}>
          <div className="grow">
            <strong>{one.report.description || pick(one.title)}</strong>
            <div className="soft">{filled(t('near_away'), one.distance_m)} · {filled(t('near_voices'), one.voices)} · {pick(one.status_text)}</div>
          </div>
          <button type="button" className="primary slim" disabled={busy} onClick={() => onJoin(one.report.report_id)}>{t('near_same')}</button>
        </div>
      ))}
      <p className="soft">{t('near_other')}</p>
    </section>
  )
}
