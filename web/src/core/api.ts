// The one door to the platform. A refusal arrives as `Problem` and says in both languages what to do.
export interface Problem {
  status: number
  code: string
  title: string
  detail: string
  title_zh?: string
  title_en?: string
  detail_zh?: string
  detail_en?: string
  field?: string
}

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title)
  }
}

export class Offline extends Error {}

async function send(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      body,
      credentials: 'same-origin',
      headers: { accept: 'application/json', 'accept-language': document.documentElement.lang, 'x-tidehub': '1', ...headers },
    })
  } catch {
    throw new Offline()
  }
  if (response.ok) return response
  let problem: Problem
  try {
    problem = (await response.json()) as Problem
  } catch {
    problem = { status: response.status, code: 'unknown', title: response.statusText, detail: '' }
  }
  throw new Refused(problem)
}

export async function get<T>(path: string): Promise<T> {
  return (await send('GET', path)).json() as Promise<T>
}

export async function post<T>(path: string, body: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (key) headers['idempotency-key'] = key
  const response = await send('POST', path, JSON.stringify(body), headers)
  return (response.status === 204 ? undefined : await response.json()) as T
}

export async function remove(path: string, tag?: string): Promise<void> {
  await send('DELETE', path, undefined, tag ? { 'if-match': tag } : {})
}

export interface Tagged<T> { value: T; tag: string }

/** What is there, with the version (ETag) that a change has to name. */
export async function getTagged<T>(path: string): Promise<Tagged<T>> {
  const response = await send('GET', path)
  return { value: (await response.json()) as T, tag: response.headers.get('etag') ?? '' }
}

/** Put a version; with `tag` it is refused when somebody else was quicker, and nobody's work is overwritten. */
export async function put<T>(path: string, body: unknown, tag?: string): Promise<T> {
  const response = await send('PUT', path, JSON.stringify(body), { 'content-type': 'application/json', ...(tag ? { 'if-match': tag } : {}) })
  return (response.status === 204 ? undefined : await response.json()) as T
}

export async function upload(file: Blob): Promise<string> {
  const response = await send('POST', '/api/v1/files', file, { 'content-type': file.type || 'application/octet-stream' })
  return ((await response.json()) as { sha256: string }).sha256
}

export { newId as newKey } from './store'
