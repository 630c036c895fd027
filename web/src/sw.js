// Keeps the pages on the device, so that they open without network. What people do offline waits in the queue of
// `core/queue.ts`; nothing of the interface is answered from here but what is the same for everyone.
// The build puts the list of files and its version in the place of the two words below.
const SHELL = __SHELL__
const NAME = 'tidehub-__VERSION__'
const SAME_FOR_EVERYONE = ['/api/v1/map/land', '/api/v1/services', '/api/v1/lifecycles']
const NOT_PAGES = /^\/(api|v|open311|osmand|cap|events|forms|schema|health|plain)(\/|$)/

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  const clear = async () => {
    for (const name of await caches.keys()) if (name.startsWith('tidehub-') && name !== NAME) await caches.delete(name)
    await self.clients.claim()
  }
  event.waitUntil(clear())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (!NOT_PAGES.test(url.pathname)) event.respondWith(fetch(request).then((answer) => (answer.ok ? answer : shell()), shell))
  } else if (SHELL.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(request)))
  } else if (SAME_FOR_EVERYONE.includes(url.pathname)) {
    event.respondWith(freshOrKept(request))
  }
})

const shell = () => caches.match('/')

async function freshOrKept(request) {
  const cache = await caches.open(NAME)
  try {
    const answer = await fetch(request)
    if (answer.ok) await cache.put(request, answer.clone())
    return answer
  } catch (problem) {
    const kept = await cache.match(request, { ignoreVary: true })
    if (kept) return kept
    throw problem
  }
}
