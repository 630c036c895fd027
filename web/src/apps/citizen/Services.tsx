// The first screen: what is in hand, what can be asked for.
import { useEffect, useMemo, useState } from 'react'
import { Link } from 'react-router'

import { Icon } from '../../components/Icon'
import { ReadAloud } from '../../components/ReadAloud'
import { Trouble } from '../../components/Trouble'
import { dateTime } from '../../core/format'
import { useSession } from '../../core/session'
import { useSettings } from '../../core/settings'
import { drop } from '../../core/store'
import { useKept } from '../../core/use'
import { filled } from '../../core/words_citizen'
import './citizen.css'
import { draftKey, myDrafts, type Draft } from './draft'
import { Install } from './Install'
import { iconOf, type Row, type ServiceView } from './model'
import { OfflineBar } from './OfflineBar'
import { Tabs } from './Tabs'
import { Waiting } from './Waiting'

export function Services() {
  const { t, pick, large, language } = useSettings()
  const { me } = useSession()
  const { data, error, again, old } = useKept<{ items: ServiceView[] }>('/api/v1/services')
  const mine = useKept<{ items: Row[] }>('/api/v1/reports?mine=true&limit=20', 15_000)
  const [words, setWords] = useState('')
  const [drafts, setDrafts] = useState<Draft[]>([])
  const by = me?.id ?? ''
  useEffect(() => void myDrafts(by).then(setDrafts, () => undefined), [by])
  const asked = words.trim().toLowerCase()
  const items = useMemo(() => (data?.items ?? []).filter((one) => !asked || [one.name.zh, one.name.en, one.description.zh, one.description.en, ...one.keywords].some((text) => text.toLowerCase().includes(asked))), [data, asked])
  const groups = useMemo(() => {
    const by_group = new Map<string, ServiceView[]>()
    for (const one of items) by_group.set(pick(one.group), [...(by_group.get(pick(one.group)) ?? []), one])
    return [...by_group]
  }, [items, pick])
  const open = mine.data?.items.filter((row) => row.status === 'open').slice(0, 2) ?? []
  const nameOf = (code: string) => pick(data?.items.find((one) => one.code === code)?.name) || code
  return (
    <main className="page citizen home">
      <section className="hero">
        <h1>{filled(t('hello'), me?.name ?? '')}</h1>
        <p>{t('home_lead')}</p>
        <svg viewBox="0 0 400 60" preserveAspectRatio="none" aria-hidden="true"><path d="M0 34c50 0 50-18 100-18s50 18 100 18 50-18 100-18 50 18 100 18v26H0Z" fill="#fff" fillOpacity=".14" /><path d="M0 44c50 0 50-16 100-16s50 16 100 16 50-16 100-16 50 16 100 16v16H0Z" fill="#f4f8fb" /></svg>
      </section>
      {old && <OfflineBar old />}
      {large && <ReadAloud />}
      <Waiting />
      {open.length > 0 && (
        <section className="stack" aria-labelledby="now-title">
          <h2 id="now-title" className="head">{t('home_now')}</h2>
          {open.map((row) => (
            <Link key={row.report_id} className="card live" to={`/report/${row.report_id}`}>
              <span className="pulse" aria-hidden="true" />
              <span className="grow"><strong>{pick(row.status_text) || t('received')}</strong><span className="soft">{dateTime(row.received_at, language)}</span></span>
              <Icon name="next" />
            </Link>
          ))}
        </section>
      )}
      {drafts.length > 0 && (
        <section className="stack" aria-labelledby="drafts-title">
          <h2 id="drafts-title" className="head">{t('home_drafts')}</h2>
          {drafts.map((draft) => (
            <div key={draft.code} className="card draft">
              <strong className="grow">{nameOf(draft.code)}</strong>
              <Link className="plain middle" to={`/ask/${draft.code}`}>{t('draft_go_on')}</Link>
              <button className="plain danger" aria-label={`${t('draft_drop')} ${nameOf(draft.code)}`} onClick={() => void drop('drafts', draftKey(by, draft.code)).then(() => setDrafts((was) => was.filter((one) => one.code !== draft.code)))}>{t('remove')}</button>
            </div>
          ))}
        </section>
      )}
      {!large && (data?.items.length ?? 0) > 3 && (
        <div className="search"><Icon name="search" /><input type="search" aria-label={t('home_search')} placeholder={t('home_search')} value={words} onChange={(event) => setWords(event.target.value)} /></div>
      )}
      <h2 className="head">{t('services')}</h2>
      {error && <Trouble error={error} again={again} />}
      {!data && !error && <div className="stack" role="status" aria-label={t('loading')}><div className="card ghost" /><div className="card ghost" /></div>}
      {data && items.length === 0 && <div className="note">{asked ? t('home_none') : t('home_empty')}</div>}
      {groups.map(([group, listed]) => (
        <section key={group} className="stack" aria-label={group || t('services')}>
          {listed.map((service) => (
            <Link key={service.code} className="card service" to={`/ask/${service.code}`}>
              <span className="sign"><Icon name={iconOf(service)} size="1.8em" /></span>
              <span className="grow">
                {group && <span className="group">{group}</span>}
                <strong>{pick(service.name)}</strong>
                {!large && <span className="soft">{pick(service.description)}</span>}
              </span>
              <Icon name="next" />
            </Link>
          ))}
        </section>
      ))}
      <a className="card call" href="tel:12345"><Icon name="phone" /> <strong>{t('home_call')}</strong></a>
      {!large && <Install />}
      <Tabs />
    </main>
  )
}
