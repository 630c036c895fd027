/// <reference types="vitest/config" />
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** The service worker, with the list of what this build consists of. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = ['/', '/icon.svg', '/icon-maskable.svg', '/icon-180.png', '/icon-192.png', '/icon-512.png', '/manifest.webmanifest', ...Object.keys(bundle).filter((name) => name !== 'index.html' && !name.endsWith('.map')).map((name) => `/${name}`)].sort()
      const source = readFileSync(new URL('src/sw.js', import.meta.url), 'utf8')
      const version = createHash('sha256').update(source + JSON.stringify(files)).digest('hex').slice(0, 12)
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: source.replace('__SHELL__', JSON.stringify(files)).replace('__VERSION__', version) })
    },
  }
}

export default defineConfig({
  plugins: [react(), serviceWorker()],
  build: { outDir: '../src/tidehub/static', emptyOutDir: true, chunkSizeWarningLimit: 1500, target: 'es2022' },
  test: { css: true },
  server: { proxy: { '/api': 'http://127.0.0.1:8310', '/v': 'http://127.0.0.1:8310' } },
})
