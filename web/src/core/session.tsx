// Who is signed in.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'

import { get, Offline, post, remove } from './api'
import { clear } from './store'

// Who was signed in last, so that the pages open without network. It opens nothing on the platform.
const KEPT = 'me'

export interface Me {
  id: string
  name: string
  roles: string[]
  regions: string[]
  units: string[]
  must_change?: boolean
}

interface Session {
  me: Me | null | undefined
  signIn: (login: string, password: string) => Promise<void>
  signOut: () => Promise<void>
}

const Context = createContext<Session | null>(null)

export function SessionProvider({ children }: { children: ReactNode }) {
  const [me, setMe] = useState<Me | null>()
  useEffect(() => {
    get<Me>('/api/v1/session').then(
      (value) => {
        localStorage.setItem(KEPT, JSON.stringify(value))
        setMe(value)
      },
      (problem: Error) => setMe(problem instanceof Offline ? (JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Me | null) : null),
    )
  }, [])
  const signIn = useCallback(async (login: string, password: string) => {
    const value = await post<Me>('/api/v1/session', { login, password })
    localStorage.setItem(KEPT, JSON.stringify(value))
    setMe(value)
  }, [])
  const signOut = useCallback(async () => {
    await remove('/api/v1/session')
    localStorage.removeItem(KEPT)
    await clear('kept')
    setMe(null)
  }, [])
  const value = useMemo(() => ({ me, signIn, signOut }), [me, signIn, signOut])
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useSession(): Session {
  const session = useContext(Context)
  if (!session) throw new Error('no SessionProvider')
  return session
}
