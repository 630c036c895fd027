import { Link } from 'react-router'

import { Trouble } from '../../components/Trouble'
import { dateTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import type { Text } from '../../forms/model'

interface Row { report_id: string; title: Text; status: string; status_text: Text | null; received_at: string }

export function Mine() {
  const { t, pick, language } = useSettings()
  const { data, error, again } = useRead<{ items: Row[] }>('/api/v1/reports?mine=true', 15_000)
  return (
    <main className="page">
      <h1>{t('my_reports')}</h1>
      {error && <Trouble error={error} again={again} />}
      {!data && !error && <p className="soft">{t('loading')}</p>}
      {data?.items.length === 0 && <div className="note">{t('none_yet')}</div>}
      {data?.items.map((row) => (
        <Link key={row.report_id} className="card" to={`/report/${row.report_id}`} style={{ textDecoration: 'none', color: 'inherit' }}>
          <div className="row"><strong className="grow">{pick(row.title)}</strong><span className={`chip ${row.status === 'closed' ? 'good' : ''}`}>{pick(row.status_text) || row.status}</span></div>
          <span className="soft">{dateTime(row.received_at, language)}</span>
        </Link>
      ))}
    </main>
  )
}
