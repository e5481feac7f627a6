import type { WebSocket } from 'ws';
import { hear } from './emitters';
import type { KiwiReceiver } from './kiwi-receiver';
import { FRAME_SAMPLES, gpsTimeOf, messageOf, parseSet, SND_FLAG, soundFrameOf } from './kiwi-wire';
import { faultOf, type KiwiFault } from './receiver-faults';

const KEEPALIVE_MS = 60_000;
const AUTH_MS = 20_000;
const KEEPALIVES_WITHOUT_TUNING = 4;
const MUCH_WAITING = 64;
const LITTLE_WAITING = 32;
/** Everything a client must have set before sound flows. */
const TUNED = ['freq', 'mode', 'passband', 'agc', 'ar'] as const;

/** One client at a simulated KiwiSDR, from its first message to its end. */
export class KiwiChannel {
  private phase: 'new' | 'auth' | 'tuning' | 'streaming' | 'refused' = 'new';
  private readonly set = new Set<(typeof TUNED)[number]>();
  private tunedHz = 0;
  private manGain = 50;
  private agc = false;
  private littleEndian = false;
  private keepalives = 0;
  private heardAt: number;
  private readonly openedAt: number;
  private streamFromNs = 0n;
  private streamFromMs = 0;
  private frame = 0;
  private waiting: Buffer[] = [];
  private throwing = false;
  private retuned = true;
  private holdsChannel = false;
  private hungUp = false;

  constructor(
    private readonly receiver: KiwiReceiver,
    private readonly socket: WebSocket,
    private readonly kind: 'SND' | 'W/F',
  ) {
    this.openedAt = this.heardAt = receiver.clock.monotonic();
    socket.on('message', (data, binary) => {
      if (!binary) {
        this.onText((data as Buffer).toString('latin1'));
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.release());
  }

  /** Sends every frame that is due. Frames are due by the clock, so that a late timer never slows the stream down. */
  tick(): void {
    const now = this.receiver.clock.monotonic();
    if (now - this.heardAt > KEEPALIVE_MS || (this.phase === 'new' && now - this.openedAt > AUTH_MS)) {
      if (this.phase === 'new') {
        this.say('password_timeout');
      }
      this.socket.close();
      return;
    }
    if (this.phase !== 'streaming' || this.hungUp) {
      return;
    }
    const { rate } = this.receiver;
    const second = (now - this.streamFromMs) / 1_000;
    const due = Math.floor((second * rate) / FRAME_SAMPLES);
    while (this.frame < due) {
      this.frame += 1;
      this.makeFrame();
    }
    this.applyTimeline(second);
    this.drain(second);
  }

  private get faults(): readonly KiwiFault[] {
    return this.receiver.faults;
  }

  private onText(text: string): void {
    this.heardAt = this.receiver.clock.monotonic();
    if (!text.startsWith('SET ')) {
      return;
    }
    const values = parseSet(text);
    if (this.phase === 'new') {
      this.onFirst(values);
      return;
    }
    if (this.phase === 'tuning' || this.phase === 'streaming') {
      this.onTuning(text, values);
    }
  }

  /** A server looks at its channels only now, so a refusal comes after the client has spoken. */
  private onFirst(values: ReadonlyMap<string, string>): void {
    if (values.has('options') || values.has('keepalive')) {
      return;
    }
    if (!values.has('auth')) {
      this.socket.close();
      return;
    }
    this.receiver.log.attempts += 1;
    if (this.refusal(values.get('p') ?? '')) {
      this.phase = 'refused';
      return;
    }
    this.holdsChannel = this.kind === 'SND';
    this.receiver.log.channels += this.holdsChannel ? 1 : 0;
    this.phase = 'tuning';
    this.greet();
  }

  private refusal(password: string): boolean {
    const busy = faultOf(this.faults, 'busy') !== undefined || this.receiver.log.channels >= this.receiver.plan.channels;
    const down = faultOf(this.faults, 'down');
    const redirect = faultOf(this.faults, 'redirect');
    const limit = faultOf(this.faults, 'ip-limit');
    if (faultOf(this.faults, 'silent') !== undefined) {
      return true;
    }
    if (down !== undefined) {
      this.say(`reason_disabled=${encodeURIComponent(down.reason)} down=${down.code}`);
      return true;
    }
    if (redirect !== undefined) {
      this.say(`redirect=${encodeURIComponent(redirect.to ?? `http://${this.receiver.host}:${this.receiver.port}`)}`);
      return true;
    }
    if (limit !== undefined) {
      this.say(`ip_limit=${limit.minutes},127.0.0.1`);
      return true;
    }
    if (busy && this.kind === 'SND') {
      this.say(`too_busy=${this.receiver.plan.channels}`);
      return true;
    }
    if (password !== this.receiver.plan.password) {
      this.say('badp=1');
      return true;
    }
    return false;
  }

  private greet(): void {
    const { plan } = this.receiver;
    const nominal = Math.floor(plan.sampleRate / 10) * 10;
    const config = { rx_gps: `(${plan.place.latitude}, ${plan.place.longitude})`, rx_name: plan.name };
    [
      'client_public_ip=127.0.0.1',
      `rx_chans=${plan.channels} firmware_sel=1`,
      'chan_no_pwd=0',
      'chan_no_pwd_true=0',
      'is_local=0,0,0',
      'max_camp=4',
      'badp=0',
      'version_maj=1 version_min=730 debian_ver=11 model=2 platform=0 hw=0 ext_clk=0 freq_offset=0.000',
      `load_cfg=${encodeURIComponent(JSON.stringify(config))}`,
      'load_dxcfg=%7b%7d',
      'load_dxcomm_cfg=%7b%7d',
      'cfg_loaded',
      'center_freq=15000000 bandwidth=30000000 adc_clk_nom=66666600',
      `audio_init=0 audio_rate=${nominal}`,
      'is_multi_core',
      `sample_rate=${plan.sampleRate.toFixed(6)}`,
    ].forEach((text) => this.say(text));
  }

  private onTuning(text: string, values: ReadonlyMap<string, string>): void {
    if (values.has('keepalive')) {
      this.keepalives += 1;
      if (this.phase === 'tuning' && this.keepalives > KEEPALIVES_WITHOUT_TUNING) {
        this.socket.close();
      }
      return;
    }
    if (text.startsWith('SET AR OK')) {
      this.set.add('ar');
    }
    if (values.has('mod')) {
      this.set.add('mode');
      this.retuned = true;
    }
    if (values.has('low_cut') && values.has('high_cut')) {
      this.set.add('passband');
    }
    if (values.has('freq')) {
      this.set.add('freq');
      this.tunedHz = Math.round(Number(values.get('freq')) * 1_000);
    }
    if (values.has('agc')) {
      this.set.add('agc');
      this.agc = values.get('agc') === '1';
      this.manGain = Number(values.get('manGain') ?? this.manGain);
    }
    if (values.has('little-endian')) {
      this.littleEndian = true;
    }
    if (this.phase === 'tuning' && this.kind === 'SND' && TUNED.every((name) => this.set.has(name))) {
      this.phase = 'streaming';
      this.streamFromMs = this.receiver.clock.monotonic();
      this.streamFromNs = this.receiver.nowNs();
    }
  }

  private makeFrame(): void {
    const { plan, rate } = this.receiver;
    const sequence = ((plan.firstSequence ?? 1) + this.frame - 1) >>> 0;
    const second = ((this.frame - 1) * FRAME_SAMPLES) / rate;
    const utcNs = this.streamFromNs + BigInt(Math.round(second * 1e9));
    const samples = hear(this.receiver.emitters, { place: plan.place, noiseVariance: plan.noiseVariance, seed: plan.seed }, { utcNs, rate, count: FRAME_SAMPLES, tunedHz: this.tunedHz, block: this.frame });
    this.scale(samples, second);
    const noGps = this.frame === 1 || faultOf(this.faults, 'no-gps') !== undefined;
    const step = faultOf(this.faults, 'clock-step');
    const jitter = plan.jitterNs === 0 ? 0 : ((this.frame * 7_919) % (2 * plan.jitterNs + 1)) - plan.jitterNs;
    const gps = gpsTimeOf(utcNs + BigInt(plan.gpsOffsetNs + jitter + (step !== undefined && second >= step.atSec ? step.ns : 0)));
    const overflow = faultOf(this.faults, 'adc-overflow');
    const flags =
      SND_FLAG.stereo |
      (this.littleEndian ? SND_FLAG.littleEndian : 0) |
      (this.retuned ? SND_FLAG.modeChanged : 0) |
      (overflow !== undefined && second >= overflow.fromSec && second < overflow.toSec ? SND_FLAG.adcOverflow : 0);
    this.retuned = false;
    const power = samples.reduce((sum, value) => sum + value * value, 0) / FRAME_SAMPLES;
    const buffer = soundFrameOf({
      flags,
      sequence,
      smeterDbm: 10 * Math.log10(power + 1e-13) + plan.smeterOffsetDb,
      fixAge: noGps ? 255 : Math.floor(second) % 4,
      gpsSecond: noGps ? 0 : gps.second,
      gpsNanosecond: noGps ? 0 : gps.nanosecond,
      samples,
    });
    this.enqueue(buffer);
  }

  /** Fixed gain scales; automatic gain is taken as already levelled. A new oscillator setting turns the phase. */
  private scale(samples: Float64Array, second: number): void {
    const gain = this.agc ? 1 : 10 ** ((this.manGain - 50) / 20);
    const jump = faultOf(this.faults, 'phase-jump');
    const turn = jump !== undefined && second >= jump.atSec ? Math.PI / 2 : 0;
    if (gain === 1 && turn === 0) {
      return;
    }
    for (let n = 0; n < samples.length; n += 2) {
      const i = samples[n]! * gain;
      const q = samples[n + 1]! * gain;
      samples[n] = turn === 0 ? i : -q;
      samples[n + 1] = turn === 0 ? q : i;
    }
  }

  private enqueue(buffer: Buffer): void {
    if (this.faults.some((fault) => this.isDropped(fault))) {
      return;
    }
    if (this.waiting.length > MUCH_WAITING) {
      this.throwing = true;
    } else if (this.waiting.length < LITTLE_WAITING) {
      this.throwing = false;
    }
    if (this.throwing) {
      return;
    }
    this.waiting.push(buffer);
    if (this.faults.some((fault) => fault.kind === 'duplicate' && fault.frame === this.frame)) {
      this.waiting.push(buffer);
    }
  }

  private isDropped(fault: KiwiFault): boolean {
    return (fault.kind === 'drop' && this.frame >= fault.fromFrame && this.frame <= fault.toFrame && this.receiver.claim(fault, this)) || (fault.kind === 'drop-every' && this.frame % fault.frames === 0);
  }

  private applyTimeline(second: number): void {
    const cut = faultOf(this.faults, 'cut');
    if (cut !== undefined && second >= cut.atSec && this.receiver.claim(cut, this)) {
      this.socket.terminate();
    }
    const halfOpen = faultOf(this.faults, 'half-open');
    if (halfOpen !== undefined && second >= halfOpen.atSec && this.receiver.claim(halfOpen, this)) {
      this.hungUp = true;
    }
    const kick = faultOf(this.faults, 'kick');
    if (kick !== undefined && second >= kick.atSec && this.receiver.claim(kick, this)) {
      this.say(`kiwi_kick=1,${encodeURIComponent('the owner needs the receiver')}`);
      this.socket.close();
    }
  }

  private drain(second: number): void {
    const stall = faultOf(this.faults, 'stall');
    if ((stall !== undefined && second >= stall.fromSec && second < stall.toSec && this.receiver.claim(stall, this)) || this.socket.bufferedAmount > 1 << 20) {
      return;
    }
    for (const buffer of this.waiting) {
      this.socket.send(buffer, { binary: true });
    }
    this.waiting = [];
  }

  private say(text: string): void {
    if (this.socket.readyState === this.socket.OPEN) {
      this.socket.send(messageOf(text), { binary: true });
    }
  }

  private release(): void {
    if (this.holdsChannel) {
      this.holdsChannel = false;
      this.receiver.log.channels -= 1;
    }
    this.receiver.leave(this);
  }
}
