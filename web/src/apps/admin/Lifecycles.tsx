// Packs and the lifecycles that they bring, drawn.
import { Descriptions, Segmented, Tabs, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'

import { filled } from '../../core/dictionary'
import type { Shape } from '../../core/shapes'
import { useRead } from '../../core/use'
import { Page, Shown, useAdminWords, useSaid } from './common'
import { Diagram, wayOf, type Chosen } from './lifecycle/Diagram'
import type { Clock, Edge, Lifecycle } from './lifecycle/layout'

type Pack = Shape<'PackView'>

export function Packs() {
  const words = useAdminWords()
  const said = useSaid()
  const packs = useRead<{ items: Pack[] }>('/api/v1/packs')
  const [asked, setAsked] = useSearchParams()
  return (
    <Page title={words.packs}>
      <Shown read={packs} empty={(list) => list.items.length === 0}>
        {(list) => {
          const pack = list.items.find((one) => one.id === asked.get('pack')) ?? list.items[0]!
          const life = pack.lifecycles.find((one) => one.lifecycle === asked.get('lifecycle')) ?? pack.lifecycles[0]
          return (
            <>
              {list.items.length > 1 && <Segmented value={pack.id} onChange={(value) => setAsked({ pack: value }, { replace: true })} options={list.items.map((one) => ({ value: one.id, label: said.both(one.title) }))} />}
              <div className="sheet">
                <h2>{said.both(pack.title)} <Tag>{pack.version}</Tag></h2>
                <Descriptions size="small" column={{ xs: 1, md: 2, xl: 4 }} items={[
                  { key: 'scene', label: words.scene, children: pack.scene }, { key: 'id', label: words.id, children: <code>{pack.id}</code> }, { key: 'platform', label: words.platform_range, children: pack.platform }, { key: 'region', label: words.region, children: pack.region },
                  { key: 'brings', label: words.brings, span: 'filled', children: <span className="row">{([[words.lifecycles, pack.lifecycles.length], [words.services, pack.services.length], [words.documents, pack.documents.length], [words.indicators, pack.indicators.length], [words.messages, pack.messages], [words.notices, pack.notices], [words.flows, pack.flows.length], [words.tariffs, pack.tariffs.length]] as const).map(([name, count]) => <Tag key={name}>{name} {count}</Tag>)}</span> },
                ]} />
              </div>
              {pack.lifecycles.length > 1 && <Segmented value={life?.lifecycle} onChange={(value) => setAsked({ pack: pack.id, lifecycle: value }, { replace: true })} options={pack.lifecycles.map((one) => ({ value: one.lifecycle, label: one[said.language] }))} />}
              {life && <LifecycleView key={`${life.lifecycle}/${life.version}`} name={life.lifecycle} version={life.version} />}
              <Tabs items={[
                { key: 'tariffs', label: words.tariffs, children: <table><thead><tr><th>{words.name}</th><th>{words.version}</th><th>{words.from}</th><th>{words.to}</th><th>{words.source}</th></tr></thead><tbody>{pack.tariffs.map((one) => <tr key={`${one.tariff}/${one.version}`}><td>{one[said.language]} <code>{one.tariff}</code></td><td>{one.version}</td><td>{one.valid_from}</td><td>{one.valid_to ?? words.forever}</td><td>{one.source}</td></tr>)}</tbody></table> },
                { key: 'data', label: words.data, children: <table><thead><tr><th>{words.data}</th><th>{words.source}</th><th>{words.licence}</th></tr></thead><tbody>{pack.data.map((one) => <tr key={one.file}><td><code>{one.file}</code></td><td>{one.source}</td><td>{one.licence}</td></tr>)}</tbody></table> },
              ]} />
            </>
          )
        }}
      </Shown>
    </Page>
  )
}

function LifecycleView({ name, version }: { name: string; version: number }) {
  const words = useAdminWords()
  const said = useSaid()
  const read = useRead<Lifecycle>(`/api/v1/lifecycles/${encodeURIComponent(name)}?version=${version}`)
  const [chosen, setChosen] = useState<Chosen>()
  const limit = (clock: Clock) => clock.limits.map((one) => (one.amount === null ? one.from_value : said.amount(one.amount, one.unit))).join(' / ') || words.no_limit
  return (
    <Shown read={read}>
      {(life) => {
        const edges = chosen?.kind === 'move' ? life.moves.filter((one) => one.move === chosen.name) : []
        const clock = chosen?.kind === 'clock' ? life.clocks.find((one) => one.clock === chosen.name) : undefined
        return (
          <div className="sheet life">
            <header><h2>{life[said.language]} <Tag>v{life.version}</Tag></h2><span className="soft">{life.source}</span><Legend /></header>
            <Diagram lifecycle={life} chosen={chosen} onChoose={(one) => setChosen(one?.kind === chosen?.kind && one?.name === chosen?.name ? undefined : one)} limit={limit} />
            {edges.length > 0 && <MoveSaid edges={edges} life={life} />}
            {clock && <ClockSaid clock={clock} life={life} limit={limit} />}
            {!chosen && <p className="soft">{words.choose_move}</p>}
            {life.approvals && life.approvals.length > 0 && (
              <table>
                <thead><tr><th>{words.approvals}</th><th>{words.asks}</th><th>{words.decides}</th><th>{words.clocks}</th><th>{words.approves}</th></tr></thead>
                <tbody>{life.approvals.map((one) => <tr key={one.approval}><td>{one[said.language]}</td><td>{one.asks.map(said.who).join('、')}</td><td>{one.decides.map(said.who).join('、')}</td><td>{life.clocks.find((known) => known.clock === one.clock)?.[said.language] ?? '—'}</td><td>{said.kind(`effect_${one.effect}`)}{one.on_granted && ` → ${life.moves.find((move) => move.move === one.on_granted)?.[said.language] ?? one.on_granted}`}</td></tr>)}</tbody>
              </table>
            )}
          </div>
        )
      }}
    </Shown>
  )
}

function Legend() {
  const words = useAdminWords()
  return (
    <ul className="legend" aria-label={words.legend}>
      {([['person', words.by_person, ''], ['fact', words.by_fact, '⚙ '], ['clock', words.by_clock, '◔ '], ['approval', words.by_approval, '✔ ']] as const).map(([way, text, sign]) => <li key={way} className={way}><i />{sign}{text}</li>)}
    </ul>
  )
}

const condition = (when: Record<string, unknown> | undefined) => Object.entries(when ?? {}).map(([field, value]) => `${field} = ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(', ')

function MoveSaid({ edges, life }: { edges: Edge[]; life: Lifecycle }) {
  const words = useAdminWords()
  const said = useSaid()
  const edge = edges[0]!
  const guards = edge.guards
  const state = (name: string) => life.states.find((one) => one.state === name)?.[said.language] ?? name
  const move = (name: string) => life.moves.find((one) => one.move === name)?.[said.language] ?? name
  const within = guards?.within ? guards.within.split(' ') : undefined
  const rules = [
    guards?.needs_note && words.g_note, guards?.needs_values?.length && filled(words.g_values, guards.needs_values.join('、')), guards?.needs_approvals?.length && filled(words.g_approvals, guards.needs_approvals.map((name) => life.approvals?.find((one) => one.approval === name)?.[said.language] ?? name).join('、')),
    guards?.needs_children_closed && words.g_children, ...(guards?.not_who ?? []).map((name) => filled(words.g_not_who, move(name))), guards?.not_unit && words.g_not_unit, guards?.max_times && filled(words.g_max, guards.max_times),
    within && filled(words.g_within, said.amount(Number(within[0]), within[1]!)), Object.keys(guards?.when ?? {}).length > 0 && filled(words.g_when, condition(guards?.when)),
  ].filter((one): one is string => typeof one === 'string')
  const by = { person: words.by_person, fact: words.by_fact, clock: words.by_clock, approval: words.by_approval }[wayOf(edge)]
  return (
    <Descriptions className="said" bordered size="small" column={{ xs: 1, lg: 2 }} title={edge[said.language]} items={[
      { key: 'from', label: words.from_states, children: [...new Set(edges.map((one) => state(one.from_state)))].join('、') }, { key: 'to', label: words.to_state, children: [...new Set(edges.map((one) => state(one.to_state)))].join('、') },
      { key: 'who', label: words.who_may, children: <>{by}：{[...edge.roles.map(said.role), ...edge.relations.map(said.who), ...edge.by_facts, ...(edge.by_clocks ?? []), ...(edge.by_approvals ?? [])].join('、') || said.role('system')}</> },
      { key: 'guards', label: words.guards, children: rules.length ? <ul className="plain-list">{rules.map((rule) => <li key={rule}>{rule}</li>)}</ul> : words.none },
    ]} />
  )
}

function ClockSaid({ clock, life, limit }: { clock: Clock; life: Lifecycle; limit: (clock: Clock) => string }) {
  const words = useAdminWords()
  const said = useSaid()
  const trigger = (text: string) => {
    const [kind, name] = text.split(':') as [string, string | undefined]
    if (!name) return kind === 'opened' ? words.start : kind
    if (kind === 'state') return life.states.find((one) => one.state === name)?.[said.language] ?? name
    return life.moves.find((one) => one.move === name)?.[said.language] ?? name
  }
  return (
    <Descriptions className="said" bordered size="small" column={{ xs: 1, lg: 2 }} title={clock[said.language]} items={[
      { key: 'limit', label: words.limit, children: <>{limit(clock)}{clock.limits.map((one) => one.source).filter(Boolean).map((source) => <div className="soft" key={source}>{source}</div>)}</> }, { key: 'owner', label: words.owner, children: clock.owner ? said.who(clock.owner) : '—' },
      { key: 'starts', label: words.starts, children: clock.starts.map(trigger).join('、') }, { key: 'stops', label: words.stops, children: clock.stops.map(trigger).join('、') || '—' },
      { key: 'pauses', label: words.pauses, children: clock.pauses_in?.map((name) => trigger(`state:${name}`)).join('、') || '—' }, { key: 'calendar', label: words.calendar, children: clock.calendar },
      { key: 'signals', label: words.signals, span: 'filled', children: clock.signals.length ? <span className="row">{clock.signals.map((one, place) => <Tag key={place} color={one.at_percent !== null && one.at_percent! < 100 ? 'warning' : 'error'}>{one.at_percent !== null ? `${one.at_percent}%` : one.at} {one.message || one.move}</Tag>)}</span> : '—' },
    ]} />
  )
}
