import { NavLink } from 'react-router'

import { Icon } from '../../components/Icon'
import { useSettings } from '../../core/settings'

export function Tabs() {
  const { t } = useSettings()
  return (
    <nav className="tabs" aria-label={t('brand')}>
      <NavLink to="/" end><Icon name="home" /> <span>{t('tab_services')}</span></NavLink>
      <NavLink to="/mine"><Icon name="list" /> <span>{t('tab_mine')}</span></NavLink>
    </nav>
  )
}
