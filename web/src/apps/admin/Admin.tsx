// 管理: one section at a time, each with an address of its own.
import { lazy, Suspense } from 'react'
import { Navigate, NavLink, Route, Routes } from 'react-router'

import { useSession } from '../../core/session'
import { DeskFrame } from '../../desk/DeskFrame'
import './admin.css'
import { useAdminWords } from './common'
import { Packs } from './Lifecycles'
import { Calendars, Connectors, Log, Outbox, Overview, WaitingPage } from './Operating'
import { Categories, Units } from './Registers'
import { Roles } from './Roles'

const Places = lazy(() => import('./Places').then((module) => ({ default: module.Places })))
const SECTIONS = ['overview', 'packs', 'categories', 'units', 'people', 'places', 'calendars', 'connectors', 'outbox', 'waiting', 'log'] as const

export function Admin() {
  return <DeskFrame><Sections /></DeskFrame>
}

function Sections() {
  const words = useAdminWords()
  const { me } = useSession()
  const may = me?.roles.includes('administrator') ?? false
  return (
    <div className="admin">
      <nav aria-label={words.title}>{SECTIONS.map((one) => <NavLink key={one} to={`/admin/${one}`}>{words[one]}</NavLink>)}</nav>
      <main>
        <Suspense fallback={<p className="soft">{words.loading}</p>}>
          <Routes>
            <Route index element={<Navigate to="/admin/overview" replace />} />
            <Route path="overview" element={<Overview />} />
            <Route path="packs" element={<Packs />} />
            <Route path="categories" element={<Categories mayEdit={may} />} />
            <Route path="units" element={<Units mayEdit={may} />} />
            <Route path="people" element={<Roles />} />
            <Route path="places" element={<Places mayEdit={may} />} />
            <Route path="calendars" element={<Calendars />} />
            <Route path="connectors" element={<Connectors />} />
            <Route path="outbox" element={<Outbox maySend={may} />} />
            <Route path="waiting" element={<WaitingPage mayAct={may} />} />
            <Route path="log" element={<Log />} />
            <Route path="*" element={<Navigate to="/admin/overview" replace />} />
          </Routes>
        </Suspense>
      </main>
    </div>
  )
}
