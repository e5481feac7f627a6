import type { Clock, IdSource } from '@capstan/kernel';
import { CLOCK, IDS, Metrics } from '@capstan/service-kit';
import { type DynamicModule, Inject, type MiddlewareConsumer, Module, type NestModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule, HttpAdapterHost } from '@nestjs/core';
import type { Express } from 'express';
import { AuditConsumer } from './audit/audit.consumer';
import { AuditController } from './audit/audit.controller';
import { AuditRepository } from './audit/audit.repository';
import { AuditTrail } from './audit/audit-trail';
import { AccessGuard } from './auth/access.guard';
import { AccessTokens } from './auth/access-tokens';
import { AuthController } from './auth/auth.controller';
import { AuthService } from './auth/auth.service';
import { Authenticator } from './auth/authenticator';
import { FirstAdministrator } from './auth/first-administrator';
import { deriveKey } from './auth/keys';
import { PASSWORD_COST, type PasswordCost, Passwords } from './auth/passwords';
import { RefreshTokensRepository } from './auth/refresh-tokens.repository';
import { SignInAttemptsRepository } from './auth/sign-in-attempts.repository';
import { CameraGroupsController } from './cameras/camera-groups.controller';
import { CameraPicturesController } from './cameras/camera-pictures.controller';
import { FilmsController } from './cameras/films.controller';
import { CameraSecretsClient } from './cameras/camera-secrets.client';
import { CamerasController } from './cameras/cameras.controller';
import { SnapshotsController } from './cameras/snapshots.controller';
import { CaptureAnalysisController } from './capture-analysis/capture-analysis.controller';
import { CaptureAnalysisService } from './capture-analysis/capture-analysis.service';
import { CaptureSessionsController } from './capture-sessions/capture-sessions.controller';
import { CaptureSessionsService } from './capture-sessions/capture-sessions.service';
import { CapturesController } from './catalogue/captures.controller';
import { ChangesController } from './catalogue/changes.controller';
import { ObservationsController } from './catalogue/observations.controller';
import { TableExports } from './catalogue/table-exports.service';
import { GATEWAY_CONFIG, type GatewayConfig } from './config';
import { CollectionsController } from './collection/collections.controller';
import { CollectionsService } from './collection/collections.service';
import { CredentialsController } from './credentials/credentials.controller';
import { SealedCredentialsClient } from './credentials/sealed-credentials.client';
import { Housekeeping } from './database/housekeeping';
import { DownloadLinks } from './downloads/download-links';
import { DownloadsController } from './downloads/downloads.controller';
import { DownloadsService } from './downloads/downloads.service';
import { Transfers } from './downloads/transfers';
import { DevicesController } from './devices/devices.controller';
import { HostKeysController } from './host-keys/host-keys.controller';
import { CallGuard } from './http/call.guard';
import { entryMiddleware, prepareExpress } from './http/entry';
import { ProblemFilter } from './http/problem.filter';
import { RouteCheck } from './http/route-check';
import { IdempotencyRepository } from './idempotency/idempotency.repository';
import { LiveGateway } from './live/live.gateway';
import { LiveNumbers } from './live/live-numbers';
import { Snapshots } from './live/snapshots';
import { ApiDocumentsController } from './openapi/api-documents.controller';
import { KnownSourcesController } from './recordings/known-sources.controller';
import { ReceiverSecretsClient } from './recordings/receiver-secrets.client';
import { ReceiversController } from './recordings/receivers.controller';
import { RecordingSocketGateway } from './recordings/recording-socket.gateway';
import { RecordingsController } from './recordings/recordings.controller';
import { ChannelSecretsClient } from './notifications/channel-secrets.client';
import { NotificationsController } from './notifications/notifications.controller';
import { AddressRateGuard, CallerRateGuard } from './request-rate/request-rate.guards';
import { RetentionController } from './retention/retention.controller';
import { SchedulesController } from './schedules/schedules.controller';
import { SessionTemplatesController } from './sessions/session-templates.controller';
import { SessionsController } from './sessions/sessions.controller';
import { StorageController } from './storage/storage.controller';
import { HealthClient } from './system/health.client';
import { Instances } from './system/instances';
import { ParkingController } from './system/parking.controller';
import { SystemController } from './system/system.controller';
import { TokensController } from './tokens/tokens.controller';
import { TokensRepository } from './tokens/tokens.repository';
import { TokensService } from './tokens/tokens.service';
import { UsersController } from './users/users.controller';
import { UsersRepository } from './users/users.repository';
import { UsersService } from './users/users.service';
import { WebAppController } from './web-app/web-app.controller';

/** Every request passes these, in this order; what only some routes need, {@link Endpoint} adds to those. */
const pipeline: Provider[] = [
  { provide: APP_FILTER, useClass: ProblemFilter },
  { provide: APP_GUARD, useClass: AddressRateGuard },
  { provide: APP_GUARD, useClass: AccessGuard },
  { provide: APP_GUARD, useClass: CallerRateGuard },
  { provide: APP_GUARD, useClass: CallGuard },
];

/** Injection token of the cost of password hashes; tests lower it. */
export const PASSWORD_HASH_COST = Symbol('PASSWORD_HASH_COST');

const keyed: Provider[] = [
  { provide: PASSWORD_HASH_COST, useValue: PASSWORD_COST },
  { provide: Passwords, useFactory: (cost: PasswordCost) => new Passwords(cost), inject: [PASSWORD_HASH_COST] },
  {
    provide: AccessTokens,
    useFactory: (config: GatewayConfig, clock: Clock) => new AccessTokens(deriveKey(config.CAPSTAN_TOKEN_KEY, 'access-token'), clock),
    inject: [GATEWAY_CONFIG, CLOCK],
  },
  {
    provide: DownloadLinks,
    useFactory: (config: GatewayConfig, clock: Clock) => new DownloadLinks(deriveKey(config.CAPSTAN_TOKEN_KEY, 'download-link'), clock),
    inject: [GATEWAY_CONFIG, CLOCK],
  },
];

/** The gateway's composition root. Needs what the service kit and messaging provide. */
@Module({
  imports: [DiscoveryModule],
  controllers: [
    // Addresses are tried in this order: what is asked for most comes first.
    SessionsController,
    SessionTemplatesController,
    SchedulesController,
    RetentionController,
    StorageController,
    AuthController,
    UsersController,
    TokensController,
    AuditController,
    AuditConsumer,
    SystemController,
    ParkingController,
    CaptureSessionsController,
    CaptureAnalysisController,
    DownloadsController,
    CollectionsController,
    CredentialsController,
    HostKeysController,
    DevicesController,
    CapturesController,
    ChangesController,
    ObservationsController,
    // Groups before cameras: /cameras/groups is not a camera.
    CameraGroupsController,
    CamerasController,
    CameraPicturesController,
    FilmsController,
    SnapshotsController,
    RecordingsController,
    ReceiversController,
    KnownSourcesController,
    NotificationsController,
    ApiDocumentsController,
    // Takes every address that is left.
    WebAppController,
  ],
  providers: [
    ...pipeline,
    ...keyed,
    RouteCheck,
    AuditRepository,
    AuditTrail,
    Authenticator,
    AuthService,
    FirstAdministrator,
    RefreshTokensRepository,
    SignInAttemptsRepository,
    UsersRepository,
    UsersService,
    TokensRepository,
    TokensService,
    IdempotencyRepository,
    SealedCredentialsClient,
    CameraSecretsClient,
    ChannelSecretsClient,
    TableExports,
    ReceiverSecretsClient,
    CaptureSessionsService,
    CollectionsService,
    CaptureAnalysisService,
    DownloadsService,
    Transfers,
    Snapshots,
    LiveNumbers,
    LiveGateway,
    RecordingSocketGateway,
    HealthClient,
    Instances,
    Housekeeping,
  ],
})
export class GatewayModule implements NestModule {
  constructor(
    private readonly adapter: HttpAdapterHost,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    @Inject(IDS) private readonly ids: IdSource,
    private readonly metrics: Metrics,
  ) {}

  /** @param overrides providers that take the place of the gateway's own, for tests */
  static with(config: GatewayConfig, overrides: readonly Provider[] = []): DynamicModule {
    return { module: GatewayModule, providers: [{ provide: GATEWAY_CONFIG, useValue: config }, ...overrides] };
  }

  configure(consumer: MiddlewareConsumer): void {
    prepareExpress(this.adapter.httpAdapter.getInstance<Express>(), this.config);
    consumer.apply(...entryMiddleware(this.ids, this.metrics)).forRoutes('{*path}');
  }
}
