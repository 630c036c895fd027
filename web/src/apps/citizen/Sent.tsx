// A report on its way: kept on this device, sent by itself, never twice.
import { useEffect, useState, useSyncExternalStore } from 'react'
import { Link, useNavigate, useParams } from 'react-router'

import { Icon } from '../../components/Icon'
import { Trouble } from '../../components/Trouble'
import { Refused } from '../../core/api'
import { queue } from '../../core/queue'
import { useSession } from '../../core/session'
import { useSettings } from '../../core/settings'
import { put, read } from '../../core/store'
import './citizen.css'
import { draftKey, type Draft } from './draft'
import { useOnline } from './OfflineBar'
import { Tabs } from './Tabs'

export function Sent() {
  const { key = '' } = useParams()
  const { t } = useSettings()
  const { me } = useSession()
  const online = useOnline()
  const go = useNavigate()
  const { items } = useSyncExternalStore(queue.subscribe, queue.current)
  const [gone, setGone] = useState(false)
  const one = items.find((item) => item.key === key)
  useEffect(() => {
    if (one) return
    let live = true
    void read<{ report_id: string }>('kept', `sent:${key}`).then((done) => {
      if (live && done) void go(`/report/${done.report_id}`, { replace: true })
      else if (live) setGone(true)
    })
    return () => {
      live = false
    }
  }, [one, key, go])
  // What was refused is written into the form again, with a key of its own: the old one belongs to what was refused.
  const correct = async () => {
    if (!one || !me) return
    const body = one.body as { service_code: string; answers: Draft['answers']; description?: string; position?: { lon: number; lat: number }; place_id?: string; address?: string; contact?: { phone?: string } }
    const draft: Draft = {
      code: body.service_code, by: me.id, key: `${key}-2`, answers: body.answers, description: body.description ?? '', ...body.position, place: body.place_id, address: body.address,
      phone: body.contact?.phone ?? '', photos: (one.files ?? []).map((file) => ({ blob: file.blob, name: '', bytes_before: file.blob.size, sha256: file.sha256 })), touched: true, changed_at: new Date().toISOString(),
    }
    await put('drafts', draft, draftKey(me.id, draft.code))
    await queue.letGo(one.seq)
    void go(`/ask/${draft.code}`)
  }
  return (
    <main className="page citizen">
      <section className="card sending" aria-live="polite">
        <span className="sign"><Icon name="cloud" size="2.4em" /></span>
        <h1>{one?.state === 'refused' ? t('sent_refused') : online && !gone ? t('sent_sending') : t('sent_waiting')}</h1>
        {one?.state !== 'refused' && <p className="soft">{t('sent_waiting_help')}</p>}
        {one?.problem && one.state === 'refused' && <Trouble error={new Refused(one.problem)} />}
        {one?.state === 'refused' && <button className="primary" onClick={() => void correct()}>{t('send_again')}</button>}
        <Link className="plain middle" to="/">{t('sent_home')}</Link>
      </section>
      <Tabs />
    </main>
  )
}
