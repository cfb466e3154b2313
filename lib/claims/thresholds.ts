/**
 * Two CDNV within this factor count as equally far collapsed. It is that of the effective depth, fixed before any full run:
 * between seeds a layer's CDNV differs by up to a factor of 1.5 (0.16 decades, docs/verification.md).
 */
export const collapseFactor = 2;

/** Two accuracies within this count as equal: the margin of the effective depth by NCC, fixed before any full run. */
export const accuracyMargin = 0.01;
