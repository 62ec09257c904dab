import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The server puts a nonce of each answer in its place, which the policy of the page asks of scripts and styles.
  html: { cspNonce: 'ALMANAC_PAGE_NONCE' },
  build: {
    target: 'es2023',
    // The console is served under a policy that allows no inline scripts and no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
