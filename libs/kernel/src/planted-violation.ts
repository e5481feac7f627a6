import { Outbox } from '@capstan/messaging';

export const forbidden = Outbox;
