/** A mail as the server's local inbox hands it out. */
export interface InboxMessage {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** Empty when the mail is text only. */
  readonly html: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

export type InboxAnswer =
  | { readonly kind: 'messages'; readonly messages: readonly InboxMessage[] }
  /** This server keeps no inbox: it sends mail for real. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable' };

/** Newest first. */
export async function fetchInbox(signal: AbortSignal): Promise<InboxAnswer> {
  try {
    const response = await fetch('/inbox/api/messages', { cache: 'no-store', signal });
    if (response.status === 404) return { kind: 'none' };
    const body: unknown = response.ok ? await response.json() : null;
    return Array.isArray(body) ? { kind: 'messages', messages: body } : { kind: 'unreachable' };
  } catch {
    // Shown as such, and asked again in a moment.
    return { kind: 'unreachable' };
  }
}
