/** Injection token of the `EnginePolicy`. */
export const ENGINE_POLICY = Symbol('ENGINE_POLICY');
