export type { DeliveryTools } from './attempt-delivery.ts';
export { notificationsFeature } from './notifications.feature.ts';
export type { MailServer } from './send-email.ts';
