import type { NotificationContent } from './notification-content.ts';

/** Receivers refuse more than they expect; what is larger goes without its details. */
const mostBytes = 65_536;

/** What both ways of delivery are made from. */
export interface ToldNotification {
  readonly id: string;
  readonly kind: string;
  readonly sequence: number;
  readonly at: Date;
  readonly content: NotificationContent;
}

/**
 * A notification as a CloudEvent 1.0 in structured JSON (https://github.com/cloudevents/spec). `id` tells repeated
 * notifications; `sequence` (an extension of CloudEvents) orders them as text.
 */
export function cloudEventOf(notification: ToldNotification, publicUrl: string): string {
  const { content } = notification;
  const event = (details: NotificationContent['details']) =>
    JSON.stringify({
      specversion: '1.0',
      id: notification.id,
      source: publicUrl,
      type: typeOf(notification.kind),
      subject: content.subject,
      time: notification.at.toISOString(),
      sequence: String(notification.sequence).padStart(20, '0'),
      datacontenttype: 'application/json',
      data: {
        kind: notification.kind,
        title: content.title,
        severity: content.severity,
        link: new URL(content.path, publicUrl).href,
        ...details,
      },
    });
  const whole = event(content.details);
  return Buffer.byteLength(whole) <= mostBytes ? whole : event({ truncated: true });
}

/** `plan-succeeded-with-warnings` becomes `almanac.plan.succeeded-with-warnings`. */
function typeOf(kind: string): string {
  return `almanac.${kind.replace('-', '.')}`;
}
