import { clockTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import type { Entry } from '../../live/told'
import type { DocumentView } from './model'

const fileOf = (sha256: string) => `/api/v1/files/${sha256}`

export function Evidence({ entries }: { entries: Entry[] }) {
  const { t, language } = useSettings()
  const photos = entries.filter((entry) => entry.kind === 'EvidenceAttached')
  const signatures = entries.filter((entry) => entry.kind === 'HandoverSigned')
  return (
    <section aria-label={t('hall_evidence')}>
      <h2>{t('hall_evidence')}</h2>
      {photos.length + signatures.length === 0 && <p className="soft">{t('hall_no_evidence')}</p>}
      <div className="photos">
        {photos.map(({ id, at, body }) => (
          <a key={id} href={fileOf(String(body['sha256']))} target="_blank" rel="noreferrer"><img src={fileOf(String(body['sha256']))} alt={`${t('photo')} ${clockTime(String(body['taken_at'] ?? at), language)}`} loading="lazy" /></a>
        ))}
        {signatures.map(({ id, body }) => (
          <figure key={id} className="signature"><img src={fileOf(String(body['signature_sha256']))} alt={t('sign')} loading="lazy" /><figcaption>{t(body['party'] === 'giver' ? 'party_giver' : 'party_receiver')}</figcaption></figure>
        ))}
      </div>
    </section>
  )
}

export function Documents({ documents }: { documents: DocumentView[] }) {
  const { t, language } = useSettings()
  return (
    <section aria-label={t('hall_documents')}>
      <h2>{t('hall_documents')}</h2>
      {documents.length === 0 && <p className="soft">{t('hall_no_documents')}</p>}
      <ul className="papers">
        {documents.map((one) => (
          <li key={one.document_id} className={one.status === 'valid' ? '' : 'void'}>
            <div><strong>{language === 'zh' ? one.title_zh : one.title_en}</strong><span className="soft">{one.number}</span></div>
            {one.pdf_sha256 ? <a href={`/api/v1/documents/${one.document_id}/pdf`} target="_blank" rel="noreferrer">{t('hall_pdf')}</a> : <span className="soft">{t('hall_drawing')}</span>}
            <a href={`/v/${one.verify_code}`} target="_blank" rel="noreferrer">{t('hall_verify')}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}
