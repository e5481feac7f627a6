import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';
import { styleNonce } from './design/style-nonce';
import { colorSchemeManager, cssVariables, theme } from './design/theme';
import { router } from './router';
import { type Runtime, RuntimeProvider } from './runtime';
import { Gate } from './sign-in/gate';

/** The whole app: providers around the gate, pages behind it. */
export function App({ runtime }: { runtime: Runtime }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={colorSchemeManager} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <RuntimeProvider runtime={runtime}>
        <QueryClientProvider client={runtime.queries}>
          <Notifications position="bottom-right" limit={4} autoClose={6_000} />
          <Gate>
            <RouterProvider router={router} />
          </Gate>
        </QueryClientProvider>
      </RuntimeProvider>
    </MantineProvider>
  );
}
