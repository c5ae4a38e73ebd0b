/** Top left, top right, bottom right and bottom left of the code, in pixels. */
export type Corners = [Corner, Corner, Corner, Corner];
export type Corner = [x: number, y: number];
