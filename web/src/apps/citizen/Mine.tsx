import { Link } from 'react-router'

import { Icon } from '../../components/Icon'
import { ReadAloud } from '../../components/ReadAloud'
import { Trouble } from '../../components/Trouble'
import { dateTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useKept } from '../../core/use'
import './citizen.css'
import type { Row } from './model'
import { OfflineBar } from './OfflineBar'
import { Tabs } from './Tabs'
import { Waiting } from './Waiting'

export function Mine() {
  const { t, pick, language, large } = useSettings()
  const { data, error, again, old } = useKept<{ items: Row[] }>('/api/v1/reports?mine=true', 15_000)
  const part = (title: string, rows: Row[]) =>
    rows.length > 0 && (
      <section className="stack" aria-label={title}>
        <h2 className="head">{title}</h2>
        {rows.map((row) => (
          <Link key={row.report_id} className="card live" to={`/report/${row.report_id}`}>
            {row.status === 'open' ? <span className="pulse" aria-hidden="true" /> : <span className="done"><Icon name="check" /></span>}
            <span className="grow"><strong>{pick(row.title)}</strong><span className="soft">{pick(row.status_text) || t('received')} · {dateTime(row.received_at, language)}</span></span>
            <Icon name="next" />
          </Link>
        ))}
      </section>
    )
  return (
    <main className="page citizen">
      <h1>{t('my_reports')}</h1>
      <OfflineBar old={old} />
      {large && <ReadAloud />}
      {error && <Trouble error={error} again={again} />}
      <Waiting />
      {!data && !error && <div className="stack" role="status" aria-label={t('loading')}><div className="card ghost" /><div className="card ghost" /><div className="card ghost" /></div>}
      {data?.items.length === 0 && (
        <div className="card empty">
          <span className="sign"><Icon name="list" size="2.4em" /></span>
          <strong>{t('none_yet')}</strong>
          <p className="soft">{t('mine_empty_help')}</p>
          <Link className="primary middle" to="/">{t('services')}</Link>
        </div>
      )}
      {part(t('mine_open'), data?.items.filter((row) => row.status === 'open') ?? [])}
      {part(t('mine_done'), data?.items.filter((row) => row.status !== 'open') ?? [])}
      <Tabs />
    </main>
  )
}
