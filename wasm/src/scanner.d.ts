/** Why no code was read, and so what the person holding the camera can do about it. */
export type ScanHint =
  | "no_finder" | "too_small" | "blurred" | "too_bright" | "too_dark" | "uncorrectable"
  | "budget_spent" | "other";

/** What the text of a QR seems to be. */
export type ScannedContent = "ikd" | "url" | "activation" | "payment" | "other";

/** Top left, top right, bottom right and bottom left of the code, in pixels. */
export type Corners = [Corner, Corner, Corner, Corner];
export type Corner = [x: number, y: number];
