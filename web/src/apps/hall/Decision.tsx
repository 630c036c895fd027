// Why whom: each unit's time of arrival by its parts, and every other unit with its reasons.
import { clockTime, distance, span } from '../../core/format'
import { useSettings } from '../../core/settings'
import type { Names } from '../../live/told'
import type { History, Ranked, Rejected } from './model'
import { barOf } from './bars'

export function RankedRow({ one, names, longest_s, chosen }: { one: Ranked; names: Names; longest_s: number; chosen: boolean }) {
  const { t, language } = useSettings()
  return (
    <li className={chosen ? 'chosen' : ''}>
      <div className="row"><strong className="grow">{names.unit(one.unit_id)} {chosen && <span className="chip good">{t('hall_chosen')}</span>}</strong><span className="eta">{span(one.eta_s, language)}</span></div>
      <div className="parts" role="img" aria-label={barOf(one.parts).map((part) => `${t(part.word)} ${span(part.seconds, language)}`).join('，')}>
        {barOf(one.parts).map((part) => <span key={part.word} className={part.word} style={{ width: `${(part.seconds / Math.max(1, longest_s)) * 100}%` }} />)}
      </div>
      <div className="soft parts-words">
        {barOf(one.parts).map((part) => <span key={part.word}><i className={part.word} aria-hidden="true" />{t(part.word)} {span(part.seconds, language)}</span>)}
        <span>{t('hall_water_way')} {distance(one.length_m)}</span>
        <span>{t('hall_straight')} {distance(one.straight_m)}</span>
        {one.degraded && <span className="chip warn">{t('hall_estimate')}</span>}
      </div>
    </li>
  )
}

export function RejectedRows({ rejected, names, open = false }: { rejected: Rejected[]; names: Names; open?: boolean }) {
  const { t, language } = useSettings()
  if (rejected.length === 0) return null
  return (
    <details open={open}>
      <summary>{t('hall_rejected')}（{rejected.length}）</summary>
      <ul className="rejected">
        {rejected.map((one) => <li key={one.unit_id}><strong>{names.unit(one.unit_id)}</strong><span>{one.reasons.map((reason) => reason[language]).join(language === 'zh' ? '；' : '; ')}</span></li>)}
      </ul>
    </details>
  )
}

export function Decision({ history, names }: { history: History | undefined; names: Names }) {
  const { t, language } = useSettings()
  const offers = [...(history?.offers ?? [])].reverse()
  const shortfall = history && ['no_unit', 'waiting'].includes(history.job.state) ? history.shortfall : null
  return (
    <section aria-label={t('hall_decision')} className="decision">
      <h2>{t('hall_decision')}</h2>
      {offers.length === 0 && !shortfall && <p className="soft">{t('hall_no_decision')}</p>}
      {shortfall && (
        <div className="note bad">
          <strong>{t('hall_honest')}：</strong>{language === 'zh' ? shortfall.honest_zh : shortfall.honest_en}
          {shortfall.smallest_change && <div>{t('hall_would_help')}：{shortfall.smallest_change[language]}</div>}
          {shortfall.next_try_at && <div className="soft">{t('hall_next_try')} {clockTime(shortfall.next_try_at, language)}</div>}
          <RejectedRows rejected={shortfall.rejected} names={names} />
        </div>
      )}
      {offers.map((offer, place) => (
        <details key={offer.attempt} open={place === 0}>
          <summary>{t('hall_attempt').replace('{}', String(offer.attempt))} · {names.unit(offer.unit_id)} · <span className={`answer ${offer.state}`}>{t(`offer_${offer.state}` as 'offer_offered')}</span> <span className="soft">{clockTime(offer.offered_at, language)}{offer.reason ? ` · ${offer.reason}` : ''}{offer.overrides ? ` · ${offer.overrides}` : ''}</span></summary>
          <ol className="ranked">
            {offer.ranked.map((one) => <RankedRow key={one.unit_id} one={one} names={names} chosen={one.unit_id === offer.unit_id} longest_s={Math.max(...offer.ranked.map((each) => each.eta_s))} />)}
          </ol>
          <RejectedRows rejected={offer.rejected} names={names} />
        </details>
      ))}
    </section>
  )
}
