// The frame of the desk faces (hall, board, admin): the bar, the look, Ant Design under our tokens.
import { App, ConfigProvider, Empty } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { NavLink } from 'react-router'

import { useWords } from '../core/dictionary'
import { useSession } from '../core/session'
import { useSettings } from '../core/settings'
import { useNow } from '../core/use'
import './desk.css'
import { useLook, useSize } from './look'
import { themeOf, type Look } from './theme'
import { DESK_WORDS } from './words'

interface Desk { look: Look; setLook: (look: Look) => void; size: number }
const Context = createContext<Desk>({ look: 'light', setLook: () => undefined, size: 14 })
export const useDesk = (): Desk => useContext(Context)

const FACES = [
  { path: '/hall', word: 'hall', roles: ['duty_officer', 'shift_leader', 'checker', 'cashier', 'auditor', 'administrator', 'quay_operator'] },
  { path: '/board', word: 'board', roles: ['duty_officer', 'shift_leader', 'checker', 'cashier', 'auditor', 'administrator'] },
  { path: '/admin', word: 'admin', roles: ['administrator', 'auditor'] },
] as const

/** `tools` stand in the bar between the faces and the clock: what this face offers at any time. `bare`: no bar, for a wall. */
export function DeskFrame({ children, tools, bare = false }: { children: ReactNode; tools?: ReactNode; bare?: boolean }) {
  const { language, large } = useSettings()
  const words = useWords(DESK_WORDS)
  const [look, setLook] = useLook()
  const size = useSize(large)
  const theme = useMemo(() => themeOf(look, size), [look, size])
  const desk = useMemo(() => ({ look, setLook, size }), [look, setLook, size])
  return (
    <ConfigProvider button={{ autoInsertSpace: false }} theme={theme} locale={language === 'zh' ? zhCN : enUS} renderEmpty={() => <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={words.empty} />}>
      <App className="desk" style={{ fontSize: size }}>
        <Context.Provider value={desk}>
          {!bare && <a className="skip" href="#desk-content">{words.skip}</a>}
          {!bare && <DeskBar tools={tools} />}
          <Offline />
          <div id="desk-content" className="desk-content" tabIndex={-1}>{children}</div>
        </Context.Provider>
      </App>
    </ConfigProvider>
  )
}

function DeskBar({ tools }: { tools?: ReactNode }) {
  const { t, language, setLanguage } = useSettings()
  const { me, signOut } = useSession()
  const { look, setLook } = useDesk()
  const words = useWords(DESK_WORDS)
  const faces = FACES.filter((face) => me?.roles.some((role) => (face.roles as readonly string[]).includes(role)))
  return (
    <header className="desk-bar">
      <span className="desk-brand"><Wave />{t('brand')}</span>
      <nav aria-label={words.faces}>{faces.map((face) => <NavLink key={face.path} to={face.path}>{words[face.word]}</NavLink>)}</nav>
      <div className="desk-tools">{tools}</div>
      <TownClock />
      <span className="desk-who" title={words.signed_in}>{me?.name}</span>
      <button onClick={() => setLook(look === 'dark' ? 'light' : 'dark')}>{look === 'dark' ? words.light : words.dark}</button>
      <button onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')} lang={language === 'zh' ? 'en' : 'zh-CN'}>{t('other_language')}</button>
      <button onClick={() => void signOut()}>{t('sign_out')}</button>
    </header>
  )
}

function Wave() {
  return <svg viewBox="0 0 24 24" width="1.5em" height="1.5em" aria-hidden="true"><path d="M2 9c3-4 6-4 9 0s7 4 11 0M2 15c3-4 6-4 9 0s7 4 11 0" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" /></svg>
}

/** The town's own time, whatever the machine thinks its zone is. */
function TownClock() {
  const { language } = useSettings()
  const now = useNow(1000)
  const format = useMemo(() => {
    const locale = language === 'zh' ? 'zh-CN' : 'en-GB'
    return [
      new Intl.DateTimeFormat(locale, { month: 'long', day: 'numeric', weekday: 'short', timeZone: 'Asia/Shanghai' }),
      new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' }),
    ] as const
  }, [language])
  return <time className="desk-clock" dateTime={new Date(now).toISOString()}><small>{format[0].format(now)}</small>{format[1].format(now)}</time>
}

function Offline() {
  const words = useWords(DESK_WORDS)
  const [online, setOnline] = useState(() => navigator.onLine)
  useEffect(() => {
    const look = () => setOnline(navigator.onLine)
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    return () => {
      window.removeEventListener('online', look)
      window.removeEventListener('offline', look)
    }
  }, [])
  return online ? null : <div className="desk-offline" role="status">{words.offline}</div>
}
