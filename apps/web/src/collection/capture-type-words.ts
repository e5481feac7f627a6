/** What can be collected, in the order of the form, and what a device is asked for it. */
export const CAPTURE_TYPE_TEXTS: Readonly<Record<string, { readonly label: string; readonly example: string }>> = {
  configs: { label: 'Configuration', example: 'show running-config' },
  arp: { label: 'ARP table', example: 'show ip arp' },
  mac: { label: 'MAC table', example: 'show mac address-table' },
  lldp: { label: 'LLDP neighbours', example: 'show lldp neighbors detail' },
  interfaces: { label: 'Interfaces', example: 'show interfaces status' },
  routes: { label: 'Routes', example: 'show ip route' },
  version: { label: 'Version', example: 'show version' },
  inventory: { label: 'Inventory', example: 'show inventory' },
};

/** A capture type for people; an operator's own as it is called. */
export function captureTypeLabel(type: string): string {
  return CAPTURE_TYPE_TEXTS[type]?.label ?? type;
}
