/**
 * What a stage module imports of the engine: small and versioned, so that work on the engine makes no result stale.
 * @module
 */
export * from "./stage.ts";
