import { SealingKeyRow } from '@capstan/service-kit';
import { ChannelRow } from '../channels/channel.entity';
import { DeliveryRow } from '../deliveries/delivery.entity';
import { NotificationReadRow, NotificationRow } from '../in-app/notification.entity';
import { RuleRow, SightingRow } from '../rules/rule.entity';
import { ParkingSeenRow } from '../notices/parking-seen.entity';
import { AddParkingSeen1795400000000 } from './add-parking-seen.migration';
import { CreateNotifier1795300000000 } from './create-notifier.migration';

/** Tables of this service; those of messaging are added where the service is composed. */
export const entities = [ChannelRow, RuleRow, SightingRow, DeliveryRow, NotificationRow, NotificationReadRow, ParkingSeenRow, SealingKeyRow] as const;

/** Migrations of this service, oldest first. */
export const migrations = [CreateNotifier1795300000000, AddParkingSeen1795400000000] as const;
