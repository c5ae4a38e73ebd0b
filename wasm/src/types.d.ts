/** A code and its text for people. */
export interface Note<C extends string = string> { code: C; message: Message }

/** A time in UTC, such as `2026-09-28T05:10:25Z`. */
export type IsoDateTime = string;

/** What is odd in the attributes. */
export type WarningCode =
  | "nik_layout" | "nik_birth_date" | "nik_gender" | "birth_date" | "gender"
  | "residence_permit_expiry";

/** Why the revocation status is not known. */
export type StatusUnknownCode =
  | "status_no_reference" | "status_no_list" | "status_past_end" | "status_stale";

/** What an acceptance does not establish. */
export type NotEstablishedCode =
  | StatusUnknownCode | "status_ignored" | "trust_expired" | "replay_process_only"
  | "replay_device_only" | "no_challenge";

/** The `code` of an error about a status list. */
export type StatusListErrorCode =
  | "status_bad_format" | "status_bad_compression" | "status_unknown_key" | "status_bad_signature"
  | "status_other_uri" | "status_rollback" | "trust_unavailable";

/** The `code` of an `IkdError`. */
export type ErrorCode =
  | "trust_bad_format" | "trust_bad_signature" | "trust_rollback" | "trust_expired"
  | "trust_damaged" | "invalid_roots" | "invalid_argument" | "internal" | StatusListErrorCode;

/** What this package throws. A refused QR is a result, and not thrown. */
export interface IkdError extends Error { name: "IkdError"; code: ErrorCode }

/** The demands of a relying party. A key that is not listed here is an error. */
export interface Policy {
  /** Seconds by which clocks may differ, 0 to 30; 5 if left out. */
  skew?: number;
  /** How revocation status is treated; `"prefer"` if left out. */
  status?: "require" | "prefer" | "ignore";
  /** Seconds for which a status list counts as fresh; a day if left out. */
  maxStatusAge?: number;
  /** Attributes that must be disclosed. */
  require?: readonly AttributeName[];
  /** This verifier's id, which a QR may name as its audience. */
  relyingParty?: string;
  /** Seconds for which a trust list is used after its end; 0 if left out. */
  trustGrace?: number;
}

/** What a verification needs besides the text. */
export interface VerifyOptions {
  /** The time. Nothing in this package reads a clock. */
  now: Date;
  /** The challenge that the QR must answer. */
  challenge?: Challenge;
}

/** A verifier's own challenge, for one QR. */
export interface Challenge {
  /** What the QR must carry as `aud`. */
  relyingParty: string;
  /** What the QR must carry as `cnonce`: 16 bytes of `crypto.getRandomValues`. */
  nonce: Uint8Array;
}

/** What a replay store says: recorded for the first time (on this device, or on several that share
 * the store), there already, or that it cannot tell. */
export type ReplayAnswer = "first" | "first-shared" | "seen" | "unavailable";
