import { ARISTA_EOS } from '../drivers/arista-eos/platform';
import { ARUBA_AOSCX } from '../drivers/aruba-aoscx/platform';
import { ARUBA_AOSS } from '../drivers/aruba-aoss/platform';
import { CISCO_IOS } from '../drivers/cisco-ios/platform';
import { CISCO_IOSXR } from '../drivers/cisco-iosxr/platform';
import { CISCO_NXOS } from '../drivers/cisco-nxos/platform';
import { FRR } from '../drivers/frr/platform';
import { JUNIPER_JUNOS } from '../drivers/juniper-junos/platform';
import { LINUX } from '../drivers/linux/platform';
import { PALOALTO_PANOS } from '../drivers/paloalto-panos/platform';
import { Platform, type PlatformDefinition } from './platform';

const DEFINITIONS: readonly PlatformDefinition[] = [CISCO_IOS, CISCO_NXOS, CISCO_IOSXR, ARISTA_EOS, JUNIPER_JUNOS, ARUBA_AOSS, ARUBA_AOSCX, PALOALTO_PANOS, LINUX, FRR];

/** The platforms there are: those of Capstan, and those an operator has added. */
export class PlatformCatalogue {
  private readonly platforms: ReadonlyMap<string, Platform>;

  /** @param own an operator's platforms; one of the same name replaces Capstan's */
  constructor(own: readonly PlatformDefinition[] = []) {
    this.platforms = new Map([...DEFINITIONS, ...own].map((definition) => [definition.name, new Platform(definition)]));
  }

  /** Undefined when there is no such platform. */
  find(name: string): Platform | undefined {
    return this.platforms.get(name);
  }

  /** In the order in which they were defined. */
  get all(): readonly Platform[] {
    return [...this.platforms.values()];
  }
}

/** Capstan's own platforms. */
export const builtInPlatforms = new PlatformCatalogue();

/** One of Capstan's own platforms; undefined when there is none of that name. */
export function findPlatform(name: string): Platform | undefined {
  return builtInPlatforms.find(name);
}
