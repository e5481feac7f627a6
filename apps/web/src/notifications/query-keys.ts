/** Key of everything that is asked about channels. */
export const CHANNELS = ['channels'] as const;
/** Key of everything that is asked about rules. */
export const RULES = ['rules'] as const;
/** Key of every list of deliveries. */
export const DELIVERIES = ['deliveries'] as const;
