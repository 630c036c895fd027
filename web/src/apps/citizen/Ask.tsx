// Ask for a service: the pack's form, the place, photos, who will see it. Sending goes by the queue of the device.
import { useEffect, useState, type FormEvent } from 'react'
import { useNavigate, useParams } from 'react-router'

import { Icon } from '../../components/Icon'
import { ReadAloud } from '../../components/ReadAloud'
import { Trouble } from '../../components/Trouble'
import { newKey, Refused, type Problem } from '../../core/api'
import { queue, type Order } from '../../core/queue'
import { useSession } from '../../core/session'
import { useSettings } from '../../core/settings'
import { read } from '../../core/store'
import { problemText, useKept } from '../../core/use'
import { filled } from '../../core/words_citizen'
import { freshLine, missing, type Answers, type Field } from '../../forms/model'
import { PackForm } from '../../forms/PackForm'
import { joiningOf, orderOf, useDraft } from './draft'
import './citizen.css'
import { Nearby } from './Nearby'
import { OfflineBar } from './OfflineBar'
import { Photos } from './Photos'
import { PlacePicker } from './PlacePicker'
import { Privacy } from './Privacy'
import type { ServiceView } from './model'

const WAIT_MS = 6000

export function Ask() {
  const { code = '' } = useParams()
  const { me } = useSession()
  const { t, pick, language, large } = useSettings()
  const go = useNavigate()
  const services = useKept<{ items: ServiceView[] }>('/api/v1/services')
  const service = services.data?.items.find((one) => one.code === code)
  const { draft, change, drop } = useDraft(me?.id ?? '', code)
  const [wrong, setWrong] = useState(new Map<string, string>())
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const begun = draft !== undefined
  useEffect(() => {
    const lines = service?.form.fields.find((field) => field.kind === 'lines' && field.required)
    if (lines && draft && !draft.answers[lines.name]) change({ touched: draft.touched, answers: { ...draft.answers, [lines.name]: [freshLine(lines.fields ?? [])] } })
  }, [service, begun])
  if (services.error) return <main className="page citizen"><Trouble error={services.error} again={services.again} /></main>
  if (!service || !draft) return <main className="page citizen"><p className="soft" role="status">{t('loading')}</p></main>

  const focusOn = (field: string) => window.setTimeout(() => {
    const element = document.getElementById(`f-${field}`)
    element?.scrollIntoView({ block: 'center' })
    element?.focus({ preventScroll: true })
  })
  const send = async (order: Order) => {
    setBusy(true)
    setProblem(undefined)
    try {
      const seq = await queue.put(order)
      const end = await queue.settled(seq, navigator.onLine ? WAIT_MS : 0)
      if (end === 'sent') {
        const done = await read<{ report_id: string }>('kept', `sent:${order.key}`)
        await drop()
        return void go(done ? `/report/${done.report_id}` : '/mine')
      }
      if (end === 'waiting') {
        await drop()
        return void go(`/sent/${order.key}`)
      }
      await queue.letGo(seq)
      if (!end.problem) return
      setProblem(end.problem)
      const field = end.problem.field?.replace(/^answers\./, '')
      if (field) {
        setWrong(new Map([[field, problemText(new Refused(end.problem), language).title]]))
        focusOn(field)
      }
      change({ key: newKey() })
    } finally {
      setBusy(false)
    }
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const gaps = missing(service.form.fields, draft.answers)
    if (service.place === 'required' && draft.lon === undefined && !draft.address) gaps.push('position')
    setWrong(new Map(gaps.map((gap) => [gap, ''])))
    if (gaps.length) return focusOn(gaps[0] as string)
    await send(orderOf(draft, service.form))
  }
  const answer = (answers: Answers) => change({ answers })
  const short = (fields: Field[]) => (large ? fields.filter((field) => field.required) : fields)
  const rest = large ? service.form.fields.filter((field) => !field.required) : []
  return (
    <main className="page citizen asking">
      <OfflineBar />
      <div className="title">
        <h1>{pick(service.name)}</h1>
        <p className="soft">{pick(service.description)}</p>
        {large && <ReadAloud />}
      </div>
      <form onSubmit={submit} className="stack" noValidate>
        {wrong.size > 0 && !problem && <div className="note bad" role="alert">{filled(t('wrong_title'), wrong.size)}</div>}
        <section className="card">
          <PackForm fields={short(service.form.fields)} answers={draft.answers} wrong={wrong} onChange={answer} />
          {rest.length > 0 && (
            <details className="more">
              <summary>{t('more_fields')}</summary>
              <div className="stack"><PackForm fields={rest} answers={draft.answers} wrong={wrong} onChange={answer} /></div>
            </details>
          )}
        </section>
        {service.place !== 'none' && <PlacePicker draft={draft} wrong={wrong.get('position')} onChange={change} />}
        <Nearby draft={draft} busy={busy} onJoin={(report_id) => void send(joiningOf(draft, report_id))} />
        <Photos photos={draft.photos} onChange={(photos) => change({ photos })} />
        <section className="card">
          <div className="field">
            <label htmlFor="phone"><Icon name="phone" /> {t('contact')} <span className="soft">({t('optional')})</span></label>
            <input id="phone" inputMode="tel" autoComplete="tel" aria-describedby="phone-help" value={draft.phone} onChange={(event) => change({ phone: event.target.value })} />
            <span className="help" id="phone-help">{t('contact_help')}</span>
          </div>
        </section>
        <Privacy service={service} draft={draft} />
        {problem && <Trouble error={new Refused(problem)} />}
        <div className="sendbar">
          <span className="soft kept" role="status">{draft.touched ? t('saved_here') : ''}</span>
          <button id="send" className="primary" disabled={busy}>{busy ? t('sending') : t('send')}</button>
        </div>
      </form>
    </main>
  )
}
