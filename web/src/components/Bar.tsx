import { Link } from 'react-router'

import { useSession } from '../core/session'
import { useSettings } from '../core/settings'

export function Bar() {
  const { t, language, setLanguage, large, setLarge } = useSettings()
  const { me, signOut } = useSession()
  return (
    <header className="bar">
      <Link to="/">{t('brand')}</Link>
      <span className="grow soft who" style={{ color: '#bcd9e8' }}>{me?.name}</span>
      <button onClick={() => setLarge(!large)} aria-pressed={large}>{large ? t('normal_text') : t('large_text')}</button>
      <button onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}>{t('other_language')}</button>
      {me && <button onClick={() => void signOut()}>{t('sign_out')}</button>}
    </header>
  )
}
