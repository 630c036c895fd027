// How was it done? "Not put right" goes back to the unit, with what is still wrong.
import { useState, type FormEvent } from 'react'

import { Icon } from '../../components/Icon'
import { Trouble } from '../../components/Trouble'
import { post } from '../../core/api'
import { dateTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import type { Word } from '../../core/words'
import { filled } from '../../core/words_citizen'
import type { Following } from './model'

const REASONS: Word[] = ['why_nobody', 'why_part', 'why_wrong', 'why_bad']

export function Rate({ report, onDone }: { report: Following; onDone: (sentBack: boolean) => void }) {
  const { t, language } = useSettings()
  const [fixed, setFixed] = useState<boolean>()
  const [score, setScore] = useState(5)
  const [comment, setComment] = useState('')
  const [gap, setGap] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setGap(fixed === false && !comment.trim())
    if (fixed === undefined || (!fixed && !comment.trim())) return document.getElementById('why')?.focus()
    setBusy(true)
    try {
      await post(`/api/v1/reports/${report.report_id}/rating`, { score: fixed ? score : Math.min(score, 2), fixed, comment: comment.trim() })
      onDone(!fixed && report.can_reopen)
    } catch (problem) {
      setError(problem as Error)
    } finally {
      setBusy(false)
    }
  }
  const until = report.can_reopen && report.reopen_until ? filled(t('rate_no_help'), dateTime(report.reopen_until, language)) : t('rate_no_late')
  return (
    <form className="card rate" onSubmit={submit} noValidate aria-labelledby="rate-title">
      <h2 id="rate-title">{t('rate_title')}</h2>
      <div className="pair">
        <button type="button" className={fixed === true ? 'primary' : 'plain'} aria-pressed={fixed === true} onClick={() => setFixed(true)}>{t('fixed_yes')}</button>
        <button type="button" className={fixed === false ? 'primary warned' : 'plain'} aria-pressed={fixed === false} onClick={() => setFixed(false)}>{t('fixed_no')}</button>
      </div>
      {fixed === true && (
        <fieldset className="stars">
          <legend>{t('rate_score')}</legend>
          {[1, 2, 3, 4, 5].map((value) => (
            <label key={value} className={value <= score ? 'on' : ''}>
              <input type="radio" name="score" value={value} checked={score === value} aria-label={filled(t('rate_stars'), value)} onChange={() => setScore(value)} />
              <Icon name="star" size="2em" full={value <= score} />
            </label>
          ))}
        </fieldset>
      )}
      {fixed === false && (
        <>
          <p className="soft">{until}</p>
          <div className="reasons" role="group" aria-label={t('rate_why')}>
            {REASONS.map((word) => <button key={word} type="button" className="chip choice" aria-pressed={comment === t(word)} onClick={() => { setComment(t(word)); setGap(false) }}>{t(word)}</button>)}
          </div>
        </>
      )}
      {fixed !== undefined && (
        <>
          <div className={`field ${gap ? 'wrong' : ''}`}>
            <label htmlFor="why">{fixed ? t('rate_comment') : t('rate_why')} {fixed && <span className="soft">({t('optional')})</span>}</label>
            <textarea id="why" rows={3} maxLength={1000} aria-invalid={gap} aria-describedby="why-help" value={comment} onChange={(event) => { setComment(event.target.value); setGap(false) }} />
            {!fixed && <span className="help" id="why-help">{t('rate_why_help')}</span>}
            {gap && <span className="wrongly" role="alert">{t('required')}</span>}
          </div>
          {error && <Trouble error={error} />}
          <button className="primary" disabled={busy}>{busy ? t('sending') : fixed || !report.can_reopen ? t('rate_send') : t('rate_send_back')}</button>
        </>
      )}
    </form>
  )
}
