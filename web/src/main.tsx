import { lazy, StrictMode, Suspense, useEffect, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter, Navigate, Route, Routes, useLocation } from 'react-router'

import './tokens/tokens.css'
// The first screen of most people comes with the entry: every further file costs a slow telephone a way to and fro.
import { Services } from './apps/citizen/Services'
import { Bar } from './components/Bar'
import { SignIn } from './components/SignIn'
import { NewPassword } from './components/NewPassword'
import { queue } from './core/queue'
import { SessionProvider, useSession } from './core/session'
import { SettingsProvider, useSettings } from './core/settings'

const Ask = lazy(() => import('./apps/citizen/Ask').then((module) => ({ default: module.Ask })))
const Report = lazy(() => import('./apps/citizen/Report').then((module) => ({ default: module.Report })))
const Sent = lazy(() => import('./apps/citizen/Sent').then((module) => ({ default: module.Sent })))
const Mine = lazy(() => import('./apps/citizen/Mine').then((module) => ({ default: module.Mine })))
const Crew = lazy(() => import('./apps/crew/Crew').then((module) => ({ default: module.Crew })))
const Hall = lazy(() => import('./apps/hall/Hall').then((module) => ({ default: module.Hall })))

const Board = lazy(() => import('./apps/board/Board').then((module) => ({ default: module.Board })))
const Admin = lazy(() => import('./apps/admin/Admin').then((module) => ({ default: module.Admin })))

// The desk faces bring their own frame (desk/DeskFrame), and Ant Design with it: nobody else loads that.
const DESK_FACES = /^\/(hall|board|admin)(\/|$)/
const DESK_ROLES = ['duty_officer', 'shift_leader', 'checker', 'cashier', 'auditor', 'administrator', 'quay_operator']

function Home() {
  const { me } = useSession()
  if (me?.roles.includes('crew')) return <Navigate to="/crew" replace />
  if (me?.roles.some((role) => DESK_ROLES.includes(role))) return <Navigate to="/hall" replace />
  return <Services />
}

function SignedIn({ children }: { children: ReactNode }) {
  const { me } = useSession()
  const { t } = useSettings()
  const by = me?.id
  useEffect(() => {
    if (by) void queue.start(by)
  }, [by])
  if (me === undefined) return <main className="page"><p className="soft">{t('loading')}</p></main>
  if (me === null) return <SignIn />
  if (me.must_change) return <NewPassword />
  return children
}

function App() {
  const { t } = useSettings()
  const { me } = useSession()
  const framed = DESK_FACES.test(useLocation().pathname) && me && !me.must_change
  return (
    <>
      {!framed && <Bar />}
      <SignedIn>
        <Suspense fallback={<main className="page"><p className="soft">{t('loading')}</p></main>}>
          <Routes>
            <Route path="/" element={<Home />} />
            <Route path="/ask/:code" element={<Ask />} />
            <Route path="/report/:id" element={<Report />} />
            <Route path="/sent/:key" element={<Sent />} />
            <Route path="/mine" element={<Mine />} />
            <Route path="/crew" element={<Crew />} />
            <Route path="/hall" element={<Hall />} />
            <Route path="/board/*" element={<Board />} />
            <Route path="/admin/*" element={<Admin />} />
            <Route path="*" element={<Navigate to="/" replace />} />
          </Routes>
        </Suspense>
      </SignedIn>
    </>
  )
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <SettingsProvider>
      <SessionProvider>
        <BrowserRouter>
          <App />
        </BrowserRouter>
      </SessionProvider>
    </SettingsProvider>
  </StrictMode>,
)

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => void navigator.serviceWorker.register('/sw.js'))
}
