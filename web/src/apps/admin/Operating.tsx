// What waits, what was sent, what is connected, what was done.
import { Button, Segmented, Select, Table, Tag } from 'antd'
import { useState } from 'react'

import { post } from '../../core/api'
import { filled } from '../../core/dictionary'
import { dateTime } from '../../core/format'
import type { Shape } from '../../core/shapes'
import { useRead } from '../../core/use'
import { AskReason, Page, Shown, useAdminWords, useSaid } from './common'
import { useNames } from './names'
import type { AdminWord } from './words'

const EVERY_MS = 15_000
type Message = Shape<'MessageRow'>
type Parked = Shape<'Parked'>
type Waiting = Shape<'Waiting'>
type Act = Shape<'Act'>
type Matter = 'follow_up' | 'timer'

export function Overview() {
  const words = useAdminWords()
  const said = useSaid()
  const health = useRead<Shape<'Doors'>>('/api/v1/operations/health', EVERY_MS)
  const counts = useRead<Record<string, number>>('/api/v1/messages/counts', EVERY_MS)
  return (
    <Page title={words.overview}>
      <Shown read={health}>
        {(now) => {
          const troubles = [now.backlog.parked > 0 && filled(words.parked_help, now.backlog.parked), now.telemetry?.['failing'] && filled(words.failing, String(now.telemetry['failing'])), (counts.data?.['failed'] ?? 0) > 0 && filled(words.failed_help, counts.data!['failed']!)].filter((one): one is string => typeof one === 'string')
          const tiles: [string, string][] = [
            [words.facts, now.facts.toLocaleString('en-US')], [words.backlog_due, String(now.backlog.follow_ups_due)], [words.backlog_troubled, String(now.backlog.follow_ups_troubled)], [words.backlog_timers, String(now.backlog.timers_open)], [words.parked, String(now.backlog.parked)], [words.oldest, said.span(now.backlog.oldest_due_s)],
            [words.streams, String(now.streams_open)], [words.telemetry_in, String(now.telemetry?.['accepted_count'] ?? '—')], [words.telemetry_bad, String(now.telemetry?.['rejected_count'] ?? '—')],
          ]
          return (
            <>
              <p className={`note ${troubles.length ? 'bad' : 'good'}`} role="status"><strong>{troubles.length ? words.not_well : `✓ ${words.all_well}`}</strong>{troubles.map((one) => <span key={one}> · {one}</span>)}</p>
              <dl className="tiles">{tiles.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
            </>
          )
        }}
      </Shown>
    </Page>
  )
}

export function Outbox({ maySend }: { maySend: boolean }) {
  const words = useAdminWords()
  const said = useSaid()
  const [state, setState] = useState('')
  const read = useRead<{ items: Message[] }>(`/api/v1/messages?limit=200${state ? `&state=${state}` : ''}`, EVERY_MS)
  const [again, setAgain] = useState<Message>()
  return (
    <Page title={words.outbox} tools={<Segmented value={state} onChange={setState} options={['', 'queued', 'delivered', 'failed'].map((one) => ({ value: one, label: one ? words[one as AdminWord] : words.all }))} />}>
      <Shown read={read} empty={(list) => list.items.length === 0}>
        {(list) => (
          <Table<Message> rowKey="message_id" size="middle" pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} dataSource={list.items}
            expandable={{ expandedRowRender: (one) => <div><p>{one.texts[said.language]?.body}</p><ul className="plain-list">{one.steps.map((step, place) => <li key={place}>{dateTime(step.at, said.language)} · {said.kind(step.channel)} · {step.delivered ? words.delivered : words.failed} {step.address} {step.problem} {step.by_outbox ? words.by_outbox : ''}</li>)}</ul></div> }}
            columns={[
              { title: words.when, width: 130, render: (_, one) => <span className="numbers">{dateTime(one.queued_at, said.language)}</span> }, { title: words.to_whom, dataIndex: 'to' }, { title: words.subject, render: (_, one) => one.texts[said.language]?.subject },
              { title: words.channels, render: (_, one) => one.channels.map((channel) => said.kind(channel)).join('、') },
              { title: words.status, render: (_, one) => <span className="row"><Tag color={one.state === 'delivered' ? 'success' : one.state === 'failed' ? 'error' : 'processing'}>{said.kind(one.state)}</Tag>{one.attempt > 1 && <span className="soft">{filled(words.attempt, one.attempt)}</span>}{one.read_at && <span className="soft">{words.read_at}</span>}</span> },
              { title: '', align: 'right', render: (_, one) => maySend && one.state !== 'queued' && <Button size="small" onClick={() => setAgain(one)}>{words.resend}</Button> },
            ]} />
        )}
      </Shown>
      {again && <AskReason title={`${words.resend} · ${again.texts[said.language]?.subject ?? ''}`} help={words.resend_help} go={words.resend} onClose={() => { setAgain(undefined); read.again() }} onGo={async (reason) => { await post(`/api/v1/messages/${again.message_id}/resend`, { reason }) }} />}
    </Page>
  )
}

export function WaitingPage({ mayAct }: { mayAct: boolean }) {
  const words = useAdminWords()
  const said = useSaid()
  const [matter, setMatter] = useState<Matter>('follow_up')
  const parked = useRead<{ items: Parked[] }>(`/api/v1/operations/parked?matter=${matter}`, EVERY_MS)
  const open = useRead<{ items: Waiting[] }>(`/api/v1/operations/waiting?matter=${matter}`, EVERY_MS)
  const [ask, setAsk] = useState<{ one: Parked; verb: 'retry' | 'discard' }>()
  const again = () => { parked.again(); open.again() }
  return (
    <Page title={words.waiting} tools={<Segmented value={matter} onChange={(value) => setMatter(value as Matter)} options={[{ value: 'follow_up', label: words.follow_ups }, { value: 'timer', label: words.timers }]} />}>
      <h2>{words.parked_ones}</h2>
      <Shown read={parked} empty={(list) => list.items.length === 0} help={[words.nothing_parked, words.nothing_parked_help]}>
        {(list) => (
          <Table<Parked> rowKey="key" size="middle" pagination={false} dataSource={list.items} columns={[
            { title: words.about, render: (_, one) => <code>{one.about}</code> }, { title: words.attempts, dataIndex: 'attempts' }, { title: words.problem, dataIndex: 'problem' },
            { title: '', align: 'right', render: (_, one) => mayAct && <span className="row end"><Button size="small" type="primary" onClick={() => setAsk({ one, verb: 'retry' })}>{words.retry}</Button><Button size="small" danger onClick={() => setAsk({ one, verb: 'discard' })}>{words.discard}</Button></span> },
          ]} />
        )}
      </Shown>
      <h2>{words.open_ones}</h2>
      <Shown read={open} empty={(list) => list.items.length === 0} help={[words.nothing_waiting, '']}>
        {(list) => (
          <Table<Waiting> rowKey="key" size="middle" pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} dataSource={list.items} columns={[
            { title: words.about, render: (_, one) => <code>{one.about}</code> }, { title: words.due, render: (_, one) => <span className="numbers">{dateTime(one.due_at, said.language)}</span> }, { title: words.next_try, render: (_, one) => <span className="numbers">{dateTime(one.try_at, said.language)}</span> }, { title: words.attempts, dataIndex: 'attempts' }, { title: words.problem, dataIndex: 'problem' },
          ]} />
        )}
      </Shown>
      {ask && <AskReason title={`${words[ask.verb]} · ${ask.one.about}`} help={ask.verb === 'discard' ? words.discard_help : ask.one.problem} needed={ask.verb === 'discard'} danger={ask.verb === 'discard'} go={words[ask.verb]} onClose={() => { setAsk(undefined); again() }} onGo={async (reason) => { await post(`/api/v1/operations/${ask.verb}`, { matter, key: ask.one.key, ...(ask.verb === 'discard' ? { reason } : {}) }) }} />}
    </Page>
  )
}

export function Connectors() {
  const words = useAdminWords()
  const said = useSaid()
  const names = useNames()
  const read = useRead<Shape<'Connectors'>>('/api/v1/operations/connectors', EVERY_MS)
  // A door says `open on PORT`; why one is shut is told as it is.
  const doorSaid = (state: string) => state.replace(/^open on (\d+)$/, (_, port: string) => `${words.open_door} · ${port}`).replace(/^shut$/, words.shut_door)
  const tone = (state: string) => (state === 'fresh' ? 'success' : state === 'stale' ? 'warning' : 'error')
  return (
    <Page title={words.connectors}>
      <Shown read={read}>
        {(now) => (
          <>
            <h2>{words.listeners}</h2>
            <table><thead><tr><th>{words.name}</th><th>{words.status}</th></tr></thead><tbody>{Object.entries(now.listeners).map(([name, state]) => <tr key={name}><td><code>{name}</code></td><td><Tag color={/^(open|followed)/.test(state) ? 'success' : 'error'}>{doorSaid(state)}</Tag></td></tr>)}</tbody></table>
            {Object.keys(now.listeners).length === 0 && <p className="soft">{words.none}</p>}
            <h2>{words.last_seven}</h2>
            <table><thead><tr><th>{words.source}</th><th>{words.accepted}</th><th>{words.rejected}</th></tr></thead><tbody>{now.sources.map((one) => <tr key={one.source}><td><code>{one.source}</code></td><td className="numbers">{one.accepted.toLocaleString('en-US')}</td><td className="numbers">{Object.entries(one.rejected).map(([reason, count]) => `${reason} ${count}`).join('、') || '0'}</td></tr>)}</tbody></table>
            <h2>{words.devices}</h2>
            <Table size="middle" pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} rowKey="device_id" dataSource={now.devices} columns={[
              { title: words.id, render: (_, one) => <code>{one.device_id}</code> }, { title: words.kind, dataIndex: 'kind' }, { title: words.claim, render: (_, one) => one.claims.join('、') }, { title: words.units, render: (_, one) => (one.unit_id ? names.unit(one.unit_id) : '—') },
              { title: words.last_heard, render: (_, one) => <span className="row"><Tag color={one.heard_at ? tone(one.state) : 'default'}>{said.kind(`state_${one.state}`)}</Tag>{one.heard_at ? dateTime(one.heard_at, said.language) : words.never}</span> }, { title: words.calibration, render: (_, one) => one.calibration_valid_until ?? '—' },
            ]} />
            {now.problems.length > 0 && <h2>{words.problems}</h2>}
            {now.problems.length > 0 && <table><thead><tr><th>{words.when}</th><th>{words.source}</th><th>{words.raw_reason}</th><th>{words.claim}</th><th>{words.detail}</th></tr></thead><tbody>{now.problems.map((one) => <tr key={one.number}><td className="numbers">{dateTime(one.at, said.language)}</td><td>{one.source}</td><td>{one.reason}</td><td>{one.claim ?? '—'}</td><td>{one.detail}</td></tr>)}</tbody></table>}
          </>
        )}
      </Shown>
    </Page>
  )
}

const KINDS = ['EntryRecorded', 'EntryRetired', 'RolesGranted', 'RolesRevoked', 'MessageResent', 'ParkedRetried', 'ParkedDiscarded', 'PersonalDataRead'] as const

export function Log() {
  const words = useAdminWords()
  const said = useSaid()
  const [kind, setKind] = useState('')
  const read = useRead<{ items: Act[] }>(`/api/v1/operations/acts?limit=200${kind ? `&kind=${kind}` : ''}`, EVERY_MS)
  const what = (act: Act) => {
    const body = act.body as Record<string, unknown>
    const roles = (body['roles'] as string[] | undefined)?.map(said.role).join('、')
    return [body['register'], body['person_id'], body['id'], body['message_id'], body['about'], body['whose'], roles, body['reason'], body['purpose']].filter(Boolean).map(String).join(' · ')
  }
  return (
    <Page title={words.log} tools={<Select value={kind} onChange={setKind} aria-label={words.act} popupMatchSelectWidth={false} options={[{ value: '', label: words.any_kind }, ...KINDS.map((one) => ({ value: one, label: words[one] }))]} />}>
      <Shown read={read} empty={(list) => list.items.length === 0} help={[words.no_acts, '']}>
        {(list) => (
          <Table<Act> rowKey="fact" size="middle" pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} dataSource={list.items} columns={[
            { title: words.when, width: 130, render: (_, one) => <span className="numbers">{dateTime(one.at, said.language)}</span> }, { title: words.who, render: (_, one) => <code>{one.by}</code> }, { title: words.act, render: (_, one) => <Tag>{said.kind(one.kind)}</Tag> }, { title: words.what, render: (_, one) => what(one) },
          ]} />
        )}
      </Shown>
    </Page>
  )
}

export function Calendars() {
  const words = useAdminWords()
  const said = useSaid()
  const read = useRead<Shape<'CalendarList'>>('/api/v1/calendars')
  const time = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return (
    <Page title={words.calendars}>
      <Shown read={read}>
        {(list) => list.items.map((calendar) => (
          <div className="sheet" key={calendar.name}>
            <h2>{calendar.name}</h2>
            <p className="soft">{calendar.years.length === 0 ? words.always_open : calendar.work_day_rule === 'next_day' ? words.work_day_next : words.work_day_elapsed} {calendar.source}</p>
            {calendar.years.length > 0 && <p>{words.week}：{calendar.week.map((spans, day) => `${(said.language === 'zh' ? '一二三四五六日'[day] : ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][day])} ${spans.map(([from, to]) => `${time(from as number)}–${time(to as number)}`).join(' ') || words.closed_day}`).join('；')}</p>}
            {calendar.years.map((year) => (
              <div key={year.year}>
                <h3>{year.year} <Tag color={year.state === 'published' ? 'success' : 'warning'}>{words[year.state as 'published']}</Tag></h3>
                {year.state === 'not_published' ? <p className="note bad">{filled(words.not_published_help, year.year)}</p> : <><p className="soft">{year.source}</p><p>{words.holidays}：{year.days_off.map((day) => <Tag key={day} color="error">{day.slice(5)}</Tag>)}</p><p>{words.make_up}：{year.days_worked.map((day) => <Tag key={day} color="processing">{day.slice(5)}</Tag>)}</p></>}
              </div>
            ))}
          </div>
        ))}
      </Shown>
    </Page>
  )
}
