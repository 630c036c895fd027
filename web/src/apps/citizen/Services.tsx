import { Link } from 'react-router'

import { Trouble } from '../../components/Trouble'
import { useSettings } from '../../core/settings'
import { useKept } from '../../core/use'
import type { ServiceView } from './model'

export function Services() {
  const { t, pick } = useSettings()
  const { data, error, again } = useKept<{ items: ServiceView[] }>('/api/v1/services')
  return (
    <main className="page">
      <h1>{t('services')}</h1>
      {error && <Trouble error={error} again={again} />}
      {!data && !error && <p className="soft">{t('loading')}</p>}
      {data?.items.map((service) => (
        <Link key={service.code} className="card" to={`/ask/${service.code}`} style={{ textDecoration: 'none', color: 'inherit' }}>
          <span className="chip">{pick(service.group)}</span>
          <h2 style={{ margin: 0 }}>{pick(service.name)}</h2>
          <span className="soft">{pick(service.description)}</span>
        </Link>
      ))}
      <Link className="plain middle" to="/mine">{t('my_reports')}</Link>
    </main>
  )
}
