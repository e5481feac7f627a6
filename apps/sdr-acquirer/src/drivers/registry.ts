import { HttpIqDriver } from './http-iq/http-iq.client';
import { KiwiSdrDriver } from './kiwisdr/kiwisdr.client';
import type { ReceiverDriver, ReceiverProtocol } from './receiver-driver';
import { RtlTcpDriver } from './rtl-tcp/rtl-tcp.client';

/** Every protocol by its name. */
export class ReceiverDrivers {
  private readonly drivers: Readonly<Record<ReceiverProtocol, ReceiverDriver>> = {
    kiwisdr: new KiwiSdrDriver(),
    rtl_tcp: new RtlTcpDriver(),
    http_iq: new HttpIqDriver(),
  };

  of(protocol: ReceiverProtocol): ReceiverDriver {
    return this.drivers[protocol];
  }
}
