// Who is signed in.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'

import { get, post, remove } from './api'

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
    get<Me>('/api/v1/session').then(setMe, () => setMe(null))
  }, [])
  const signIn = useCallback(async (login: string, password: string) => {
    setMe(await post<Me>('/api/v1/session', { login, password }))
  }, [])
  const signOut = useCallback(async () => {
    await remove('/api/v1/session')
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
