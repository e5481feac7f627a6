import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './design/fonts.css';
import './design/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { shareStyleNonce } from './design/style-nonce';
import { createRuntime } from './runtime';

const root = document.getElementById('root');
if (root !== null) {
  shareStyleNonce();
  const runtime = createRuntime();
  createRoot(root).render(
    <StrictMode>
      <App runtime={runtime} />
    </StrictMode>,
  );
}
