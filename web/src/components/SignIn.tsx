import { useState, type FormEvent } from 'react'

import { useSession } from '../core/session'
import { useSettings } from '../core/settings'
import { Trouble } from './Trouble'

export function SignIn() {
  const { t } = useSettings()
  const { signIn } = useSession()
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const told = new FormData(event.currentTarget)
    setBusy(true)
    setError(undefined)
    try {
      await signIn(String(told.get('login')), String(told.get('password')))
    } catch (problem) {
      setError(problem as Error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <main className="page">
      <form className="card" onSubmit={submit}>
        <h1>{t('sign_in')}</h1>
        <div className="field">
          <label htmlFor="login">{t('login')}</label>
          <input id="login" name="login" autoComplete="username" required />
        </div>
        <div className="field">
          <label htmlFor="password">{t('password')}</label>
          <input id="password" name="password" type="password" autoComplete="current-password" required />
        </div>
        {error && <Trouble error={error} />}
        <button className="primary" disabled={busy}>{t('sign_in')}</button>
        <a className="link middle" href="/plain">{t('plain_link')}</a>
      </form>
    </main>
  )
}
