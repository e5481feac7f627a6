import { createBrowserRouter } from 'react-router';
import { NotFoundPage } from './shell/not-found-page';
import { PageError } from './shell/page-error';
import { Shell } from './shell/shell';

/** Every page is a file of its own that is loaded when it is first visited. */
export const router = createBrowserRouter([
  {
    path: '/',
    Component: Shell,
    ErrorBoundary: PageError,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: PageError,
        children: [
          { index: true, lazy: async () => ({ Component: (await import('./home/home-page')).HomePage }) },
          { path: 'sign-in', lazy: async () => ({ Component: (await import('./home/home-page')).GoHome }) },
          { path: 'sessions', lazy: async () => ({ Component: (await import('./session-list/session-list-page')).SessionListPage }) },
          { path: 'sessions/new', lazy: async () => ({ Component: (await import('./capture-wizard/capture-wizard-page')).CaptureWizardPage }) },
          { path: 'sessions/:id', lazy: async () => ({ Component: (await import('./live-session/live-session-page')).LiveSessionPage }) },
          { path: 'sessions/:id/voice', lazy: async () => ({ Component: (await import('./voice-report/voice-report-page')).VoiceReportPage }) },
          { path: 'recordings', lazy: async () => ({ Component: (await import('./recordings/recording-list-page')).RecordingListPage }) },
          { path: 'recordings/new', lazy: async () => ({ Component: (await import('./recordings/recording-session-page')).RecordingSessionPage }) },
          { path: 'recordings/:id', lazy: async () => ({ Component: (await import('./recordings/recording-page')).RecordingPage }) },
          { path: 'cameras', lazy: async () => ({ Component: (await import('./cameras/camera-wall-page')).CameraWallPage }) },
          { path: 'cameras/new', lazy: async () => ({ Component: (await import('./cameras/add-camera-page')).AddCameraPage }) },
          { path: 'cameras/import', lazy: async () => ({ Component: (await import('./cameras/import-page')).ImportPage }) },
          { path: 'cameras/groups', lazy: async () => ({ Component: (await import('./cameras/groups-page')).CameraGroupsPage }) },
          { path: 'cameras/:id', lazy: async () => ({ Component: (await import('./cameras/camera-page')).CameraPage }) },
          { path: 'schedules', lazy: async () => ({ Component: (await import('./schedules/schedules-page')).SchedulesPage }) },
          { path: 'schedules/new', lazy: async () => ({ Component: (await import('./schedules/schedule-page')).NewSchedulePage }) },
          { path: 'schedules/:id', lazy: async () => ({ Component: (await import('./schedules/schedule-page')).SchedulePage }) },
          { path: 'calendar', lazy: async () => ({ Component: (await import('./schedules/calendar-page')).CalendarPage }) },
          { path: 'receivers', lazy: async () => ({ Component: (await import('./recordings/receivers-page')).ReceiversPage }) },
          { path: 'known-sources', lazy: async () => ({ Component: (await import('./recordings/known-sources-page')).KnownSourcesPage }) },
          { path: 'collection', lazy: async () => ({ Component: (await import('./collection/job-history-page')).JobHistoryPage }) },
          { path: 'collection/new', lazy: async () => ({ Component: (await import('./collection/collection-wizard-page')).CollectionWizardPage }) },
          { path: 'collection/:id', lazy: async () => ({ Component: (await import('./collection/collection-page')).CollectionPage }) },
          { path: 'inventory/devices', lazy: async () => ({ Component: (await import('./devices/device-list-page')).DeviceListPage }) },
          { path: 'inventory/devices/import', lazy: async () => ({ Component: (await import('./devices/import-page')).DeviceImportPage }) },
          { path: 'inventory/devices/:id/:tab?', lazy: async () => ({ Component: (await import('./devices/device-page')).DevicePage }) },
          { path: 'changes', lazy: async () => ({ Component: (await import('./catalogue/changes-page')).ChangesPage }) },
          { path: 'changes/:id', lazy: async () => ({ Component: (await import('./catalogue/change-page')).ChangePage }) },
          { path: 'captures/compare', lazy: async () => ({ Component: (await import('./catalogue/compare-page')).ComparePage }) },
          { path: 'captures/:id', lazy: async () => ({ Component: (await import('./catalogue/capture-page')).CapturePage }) },
          { path: 'addresses', lazy: async () => ({ Component: (await import('./catalogue/addresses-page')).AddressesPage }) },
          { path: 'search', lazy: async () => ({ Component: (await import('./catalogue/search-page')).SearchPage }) },
          { path: 'inventory/credentials', lazy: async () => ({ Component: (await import('./inventory/credentials-page')).CredentialsPage }) },
          { path: 'inventory/host-keys', lazy: async () => ({ Component: (await import('./inventory/host-keys-page')).HostKeysPage }) },
          { path: 'access/users', lazy: async () => ({ Component: (await import('./access/users-page')).UsersPage }) },
          { path: 'access/tokens', lazy: async () => ({ Component: (await import('./access/tokens-page')).TokensPage }) },
          { path: 'audit', lazy: async () => ({ Component: (await import('./access/audit-page')).AuditPage }) },
          { path: 'system', lazy: async () => ({ Component: (await import('./system/system-page')).SystemPage }) },
          { path: 'storage', lazy: async () => ({ Component: (await import('./storage/storage-page')).StoragePage }) },
          { path: 'account', lazy: async () => ({ Component: (await import('./access/account-page')).AccountPage }) },
          { path: '*', Component: NotFoundPage },
        ],
      },
    ],
  },
]);
