// The first sign-in of an account whose password was printed asks for one of its own.
import { useState, type FormEvent } from 'react'

import { post } from '../core/api'
import { useSession } from '../core/session'
import { useSettings } from '../core/settings'
import { Trouble } from './Trouble'

export function NewPassword() {
  const { t } = useSettings()
  const { signOut } = useSession()
  const [error, setError] = useState<Error>()
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const told = new FormData(event.currentTarget)
    try {
      await post('/api/v1/session/password', { old: told.get('old'), new: told.get('new') })
      await signOut()
    } catch (problem) {
      setError(problem as Error)
    }
  }
  return (
    <main className="page">
      <form className="card" onSubmit={submit}>
        <h1>{t('new_password')}</h1>
        <div className="field"><label htmlFor="old">{t('password_now')}</label><input id="old" name="old" type="password" autoComplete="current-password" required /></div>
        <div className="field"><label htmlFor="new">{t('password_new')}</label><input id="new" name="new" type="password" autoComplete="new-password" required /></div>
        {error && <Trouble error={error} />}
        <button className="primary">{t('change_password')}</button>
      </form>
    </main>
  )
}
