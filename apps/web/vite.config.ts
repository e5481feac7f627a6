import react from '@vitejs/plugin-react';
import { defineConfig, defaultClientConditions } from 'vite';
import { bundleBudget } from './vite/bundle-budget';
import { precompress } from './vite/precompress';
import { preloadFont } from './vite/preload-font';

const gateway = process.env['CAPSTAN_DEV_GATEWAY'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [
    react(),
    bundleBudget({
      /** Gzip size of all JavaScript a browser loads to show one of these pages for the first time. */
      limitBytes: 250 * 1024,
      pages: ['src/sign-in/sign-in-page.tsx', 'src/session-list/session-list-page.tsx', 'src/live-session/live-session-page.tsx'],
    }),
    preloadFont(/inter-latin-wght-normal.*\.woff2$/),
    precompress(),
  ],
  resolve: { conditions: ['@capstan/source', ...defaultClientConditions] },
  // The gateway puts a fresh nonce here with every page, for the style elements of the component library.
  html: { cspNonce: '__CSP_NONCE__' },
  server: {
    port: 5173,
    proxy: {
      '/api': { target: gateway },
      '/socket.io': { target: gateway, ws: true },
    },
  },
  build: {
    target: 'es2022',
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
});
