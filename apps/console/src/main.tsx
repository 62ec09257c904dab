import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/board.css';
import './styles/content.css';
import './styles/headers.css';
import './styles/plans.css';
import './styles/rollouts.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { createQueryClient } from './api.ts';
import { keepTextsTexts, pageNonce } from './page-policy.ts';
import { createConsoleRouter } from './routes.tsx';
import { theme } from './theme.ts';

keepTextsTexts();
// The policy of the page forbids code from text, with which zod would compile its schemas; index.html says so first.
z.config({ jitless: true });

const container = document.getElementById('root');
if (container === null) throw new Error('the page has no root element');
const queryClient = createQueryClient();
const router = createConsoleRouter({ queryClient, cameWith: location.search });

createRoot(container).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={pageNonce}>
    <QueryClientProvider client={queryClient}>
      <Notifications position="bottom-right" />
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
);
