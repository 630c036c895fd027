// People and their posts: who may do what, where, until when. Granting and revoking ask for a reason and for what one saw.
import { App, Button, DatePicker, Drawer, Form, Input, Modal, Select, Table, Tag } from 'antd'
import { useState } from 'react'

import { Trouble } from '../../components/Trouble'
import { getTagged, newKey, put, Refused, remove } from '../../core/api'
import { filled } from '../../core/dictionary'
import { dateTime } from '../../core/format'
import { useSession } from '../../core/session'
import type { Shape } from '../../core/shapes'
import { useRead } from '../../core/use'
import { AskReason, Page, Shown, useAdminWords, useSaid } from './common'
import { useNames } from './names'

type Holder = Shape<'HolderView'>
type Grant = Holder['grants'][number]
const ROLES = ['citizen', 'crew', 'unit_staff', 'duty_officer', 'shift_leader', 'checker', 'quay_operator', 'cashier', 'auditor', 'administrator']

const tagOf = (holder: Holder) => `"v${holder.version}"`

export function Roles() {
  const words = useAdminWords()
  const said = useSaid()
  const names = useNames()
  const { me } = useSession()
  const may = me?.roles.includes('administrator') ?? false
  const holders = useRead<{ items: Holder[] }>('/api/v1/grants')
  const [search, setSearch] = useState('')
  const [giving, setGiving] = useState<Holder>()
  const [revoking, setRevoking] = useState<{ holder: Holder; grant: Grant }>()
  const [account, setAccount] = useState<Holder>()
  const fits = (holder: Holder) => `${holder.person_id} ${holder.name} ${holder.login} ${holder.grants.flatMap((grant) => grant.roles.map(said.role)).join(' ')}`.toLowerCase().includes(search.toLowerCase())
  const grantText = (grant: Grant) => (
    <div className="grant" key={grant.grant_id}>
      <span className="row">
        {grant.roles.map((role) => <Tag key={role} color={role === 'administrator' || role === 'auditor' ? 'warning' : 'processing'}>{said.role(role)}</Tag>)}
        <span className="soft">{grant.regions.map((code) => (code === '' ? words.everywhere : names.region(code))).join('、')}{grant.units.length > 0 && ` · ${grant.units.map(names.unit).join('、')}`}{grant.until && ` · ${words.until} ${dateTime(grant.until, said.language)}`}</span>
      </span>
    </div>
  )
  return (
    <Page title={words.people} tools={<Input.Search allowClear placeholder={words.search} aria-label={words.search} value={search} onChange={(event) => setSearch(event.target.value)} />}>
      <p className="soft">{words.grant_help}</p>
      <Shown read={holders}>
        {(list) => (
          <Table<Holder>
            rowKey="person_id" size="middle" pagination={{ pageSize: 20, hideOnSinglePage: true }} dataSource={list.items.filter(fits)}
            columns={[
              { title: words.person, render: (_, one) => <span className="row"><strong>{one.name || one.person_id}</strong><code className="soft">{one.person_id}</code></span>, width: '22%' },
              { title: words.login, render: (_, one) => one.login || <span className="soft">{words.no_login}</span>, width: '10%' },
              { title: words.roles, render: (_, one) => (one.grants.length ? <div className="grants">{one.grants.map((grant) => <div key={grant.grant_id} className="row">{grantText(grant)}<span className="grow" />{may && <Button size="small" danger disabled={`person/${one.person_id}` === me?.id && grant.roles.includes('administrator')} onClick={() => setRevoking({ holder: one, grant })}>{words.revoke}</Button>}</div>)}</div> : <span className="soft">{words.none}</span>) },
              { title: '', align: 'right', width: 230, render: (_, one) => may && <span className="row end"><Button size="small" type="primary" disabled={`person/${one.person_id}` === me?.id} onClick={() => setGiving(one)}>{words.give}</Button><Button size="small" onClick={() => setAccount(one)}>{words.login}</Button></span> },
            ]}
          />
        )}
      </Shown>
      {giving && <Give holder={giving} names={names} onClose={() => { setGiving(undefined); holders.again() }} />}
      {revoking && <AskReason danger title={filled(words.revoke_title, revoking.holder.name || revoking.holder.person_id)} help={revoking.grant.roles.map(said.role).join('、')} go={words.revoke} onClose={() => { setRevoking(undefined); holders.again() }} onGo={(reason) => remove(`/api/v1/people/${encodeURIComponent(revoking.holder.person_id)}/grants/${encodeURIComponent(revoking.grant.grant_id)}?reason=${encodeURIComponent(reason)}`, tagOf(revoking.holder))} />}
      {account && <Account holder={account} onClose={() => { setAccount(undefined); holders.again() }} />}
    </Page>
  )
}

function Give({ holder, names, onClose }: { holder: Holder; names: ReturnType<typeof useNames>; onClose: () => void }) {
  const words = useAdminWords()
  const said = useSaid()
  const { message } = App.useApp()
  const [error, setError] = useState<Error>()
  const [stale, setStale] = useState<{ tag: string; grants: Grant[] }>()
  const [tag, setTag] = useState(tagOf(holder))
  const [grantId] = useState(() => newKey())
  const at = `/api/v1/people/${encodeURIComponent(holder.person_id)}/grants`
  const send = async (told: { roles: string[]; regions: string[]; units?: string[]; until?: { toISOString: () => string }; reason: string }) => {
    setError(undefined)
    try {
      await put(`${at}/${grantId}`, { roles: told.roles, regions: told.regions.map((code) => (code === '*' ? '' : code)), units: told.units ?? [], until: told.until?.toISOString() ?? null, reason: told.reason }, tag)
      void message.success(words.saved)
      onClose()
    } catch (problem) {
      setError(problem as Error)
      if (problem instanceof Refused && problem.problem.code === 'changed_meanwhile') {
        const now = await getTagged<Grant[]>(at)
        setStale({ tag: now.tag, grants: now.value })
      }
    }
  }
  return (
    <Drawer open onClose={onClose} size={520} title={`${words.give} · ${holder.name || holder.person_id}`} closable={{ 'aria-label': words.close }}>
      <Form layout="vertical" onFinish={(told) => void send(told)} initialValues={{ regions: [] }}>
        <Form.Item name="roles" label={words.roles} rules={[{ required: true, message: words.roles }]}><Select mode="multiple" options={ROLES.map((role) => ({ value: role, label: said.role(role) }))} optionFilterProp="label" /></Form.Item>
        <Form.Item name="regions" label={words.regions} rules={[{ required: true, message: words.regions }]}><Select mode="multiple" optionFilterProp="label" options={[{ value: '*', label: words.everywhere }, ...names.regions.map((one) => ({ value: one.id, label: `${one.name} ${one.id}` }))]} /></Form.Item>
        <Form.Item name="units" label={words.for_units}><Select mode="multiple" optionFilterProp="label" options={names.units.map((one) => ({ value: one.id, label: one.name }))} /></Form.Item>
        <Form.Item name="until" label={words.until}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="reason" label={words.reason} rules={[{ required: true, whitespace: true, message: words.reason }]}><Input.TextArea rows={3} maxLength={500} /></Form.Item>
        {error && <Trouble error={error} />}
        {stale && (
          <div className="note" role="status">
            <strong>{words.theirs}</strong>
            <ul className="plain-list">{stale.grants.map((grant) => <li key={grant.grant_id}>{grant.roles.map(said.role).join('、')} · {grant.regions.map((code) => (code === '' ? words.everywhere : names.region(code))).join('、')}</li>)}</ul>
            <Button onClick={() => { setTag(stale.tag); setStale(undefined); setError(undefined) }}>{words.keep_yours}</Button>
          </div>
        )}
        <Button type="primary" htmlType="submit" disabled={stale !== undefined}>{words.give}</Button>
      </Form>
    </Drawer>
  )
}

function Account({ holder, onClose }: { holder: Holder; onClose: () => void }) {
  const words = useAdminWords()
  const [login, setLogin] = useState(holder.login || holder.person_id)
  const [made, setMade] = useState<{ login: string; password: string }>()
  const [error, setError] = useState<Error>()
  const make = async () => {
    setError(undefined)
    try {
      setMade(await put<{ login: string; password: string }>(`/api/v1/people/${encodeURIComponent(holder.person_id)}/account`, { login }))
    } catch (problem) {
      setError(problem as Error)
    }
  }
  return (
    <Modal open title={`${words.account} · ${holder.name || holder.person_id}`} onCancel={onClose} onOk={() => (made ? onClose() : void make())} okText={made ? words.close : words.make_account} cancelText={words.cancel}>
      {!made && <label className="field">{words.login}<Input value={login} onChange={(event) => setLogin(event.target.value)} /></label>}
      {made && <p className="note good">{words.account_made}<br /><code className="big-code">{made.login} · {made.password}</code></p>}
      {error && <Trouble error={error} />}
    </Modal>
  )
}
