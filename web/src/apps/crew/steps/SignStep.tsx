import { Signature } from '../../../components/Signature'
import { amount } from '../../../core/format'
import { useSession } from '../../../core/session'
import { useSettings } from '../../../core/settings'
import { WORDS, type Word } from '../../../core/words'
import { missingSignatures, type Work } from '../course'
import type { StepProps } from './OfferStep'

export function Summary({ work, name }: { work: Work; name: (kind: string) => string }) {
  const { t, language } = useSettings()
  return (
    <ul className="wares">
      {work.lines.map((one) => (
        <li key={one.line.line_id}>
          <span>{name(one.line.kind)}</span>
          {one.refusal ? <span className="chip bad">{t('crew_refused')}</span> : one.measures.length ? <strong>{one.measures.map((each) => amount(each.quantity, language)).join(' + ')}</strong> : <span className="chip warn">—</span>}
        </li>
      ))}
    </ul>
  )
}

export function SignStep({ work, name, act }: StepProps) {
  const { t } = useSettings()
  const { me } = useSession()
  const party = missingSignatures(work)[0]
  if (!party) return null
  const word = `party_${party}`
  return (
    <section className="card">
      <h1>{t('crew_sign')}</h1>
      <p className="soft">{t('crew_sign_help')}</p>
      <Summary work={work} name={name} />
      <Signature key={party} label={word in WORDS.zh ? t(word as Word) : party} known={party === 'receiver' ? (me?.name ?? '') : ''}
        onSign={(signer, blob) => void act('signatures', { party, name: signer }, [{ blob, into: 'signature_sha256' }])} />
    </section>
  )
}
