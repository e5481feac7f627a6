import fc from 'fast-check';
import { maskSecrets } from './mask-secrets';

const KEY = 'key of this test';

/** Lines with their secrets between « and ». */
const CORPUS: readonly string[] = [
  // Cisco IOS and IOS XE
  'enable secret 9 «$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM»',
  'enable secret level 7 5 «$1$mERr$hx5rVt7rPNoS4wqbXKX7m0»',
  'enable password «LetMeIn99»',
  'enable algorithm-type scrypt secret «Plain-Still»',
  'username ops privilege 15 secret 5 «$1$w1Jm$bCt7eJNv.CjWPwyfWcobP0»',
  'username ops password 7 «0822455D0A16544541»',
  'username "night shift" password 0 «Blue42»',
  'snmp-server community «s3cretRO» RO 10',
  'snmp-server community «publicity» view V RW SNMP-IN',
  'snmp-server host 10.1.1.1 «trapword»',
  'snmp-server host 10.1.1.1 version 2c «trapword»',
  'snmp-server host 10.1.1.1 vrf MGMT version 2c «trapword» config',
  'snmp-server host 10.1.1.1 traps version 2c «trapword»',
  'snmp-server host 10.1.1.1 informs version 2c «trapword» udp-port 1162',
  'snmp-server user nms NMS v3 auth sha «AuthPass123» priv aes 128 «PrivPass456»',
  'snmp-server user nms NMS v3 encrypted auth md5 «AA:BB:CC» priv 3des «DD:EE:FF»',
  'tacacs-server host 10.9.9.9 key 7 «0822455D0A16»',
  'tacacs-server key «TacPlain»',
  'radius-server host 10.9.9.8 auth-port 1812 acct-port 1813 key 7 «13061E010803»',
  'radius-server key 6 «eQdT[GgYfS»',
  'tacacs server ISE\n key 7 «0822455D0A16»',
  'tacacs server ISE\n address ipv4 10.0.0.9\n key «123456»',
  'radius server R1\n key «plainword»\n pac key 7 «121A0C0411045D»',
  'aaa server radius dynamic-author\n client 10.1.1.5 server-key 7 «060506324F41»',
  'aaa group server radius G\n server-private 10.1.1.6 auth-port 1812 key 7 «0508571C22431F5B4A»',
  'crypto isakmp key «VpnPsk!1» address 0.0.0.0 0.0.0.0',
  'crypto isakmp key 6 «^XBK[XJbRb» hostname peer.example.net',
  'crypto ikev2 keyring K\n peer P\n  pre-shared-key local 6 «AbCdEf»\n  pre-shared-key «Another1»',
  'crypto keyring K\n  pre-shared-key address 10.2.2.2 key «PskOfPeer»',
  'interface Vlan10\n ip ospf authentication-key 7 «110A1016141D»\n ip ospf message-digest-key 1 md5 7 «0822455D0A16544541»',
  'interface Vlan11\n ospfv3 authentication ipsec spi 500 sha1 «123456789A123456789B123456789C123456789D»',
  'router ospf 1\n area 1 virtual-link 10.1.1.1 message-digest-key 2 md5 «VlKey»',
  'router bgp 65000\n neighbor 10.0.0.2 password 7 «070C285F4D06»',
  'interface Gi1\n isis password «IsisPw» level-2',
  'router isis\n area-password «AreaPw»',
  'mpls ldp neighbor 10.3.3.3 password 7 «0500050A1B»',
  'interface Vlan20\n standby 20 authentication «hsrpword»\n standby 20 authentication md5 key-string 7 «02050D480809»',
  'interface Vlan21\n vrrp 21 authentication text «vrrpword»\n glbp 21 authentication md5 key-string «GlbpKey»',
  'key chain K\n key 1\n  key-string 7 «00071A150754»',
  'ntp authentication-key 1 md5 «104D000A0618» 7',
  'line vty 0 4\n password 7 «094F471A1A0A»',
  'interface Dialer1\n ppp chap password 0 «ChapPw»\n ppp pap sent-username u1 password 7 «121A0C04»',
  'ip ftp password 7 «0822455D0A16»',
  'key config-key password-encrypt «MasterKey1»',
  'dot11 ssid S\n wpa-psk ascii 7 «044B0A151C36»',
  'archive\n path ftp://backup:«ftpPw»@10.5.5.5/$h',
  // NX-OS
  'username admin password 5 «$5$JANLGD$mSGwmXnZ2gBs4YVzvtGPAFFKjXO4»  role network-admin',
  'snmp-server user admin network-admin auth md5 «0x3a2b1c4d5e» priv «0x998877665544» localizedkey',
  'snmp-server user admin network-admin auth sha «0x3a2b1c4d5e» priv aes-128 «0x998877665544» localizedkey',
  'snmp-server user mon network-operator auth sha-256 «0215BEEF» priv aes-128 «02AFFE» localizedV2key',
  'snmp-server host 10.7.7.7 traps version 2c «nxtrap»',
  'snmp-server community «nxro» group network-operator',
  'tacacs-server host 10.7.7.8 key 7 "«fewhg123»"',
  'radius-server host 10.7.7.9 key 7 "«VwqweWz»" authentication accounting',
  'interface Vlan100\n  hsrp 1\n    authentication md5 key-string «NxHsrp»',
  'router bgp 65001\n  neighbor 10.0.0.9\n    password 3 «9125d59c18a9b015»',
  // EOS
  'username admin privilege 15 role network-admin secret sha512 «$6$2iF1a$kfZJ4V3U6oY0m1f6»',
  'enable password sha512 «$6$q1w2e3$Zz9xY8wV7uT6»',
  'snmp-server user u g v3 localized f5717f auth sha «8d3e9a77» priv aes «77e9ab11»',
  'vrrp 10 peer authentication ietf-md5 key-string 7 «oWvtNTN/wF0=»',
  'ntp authentication-key 3 sha1 7 «060506324F41»',
  'router bgp 65100\n   neighbor LEAFS password 7 «6x5GIQqJqWw=»',
  // IOS XR
  'username root\n secret 10 «$6$1n5F31Yw8Kq2$Bu0dc»',
  'snmp-server community encrypted «104D000A06»',
  // Junos, both styles
  'set system root-authentication encrypted-password "«$6$hV9zX$aaaaBBBBcccc»"',
  'set system login user lab authentication encrypted-password "«$1$Zw3$yyyy»"',
  'set snmp community «junosro» authorization read-only',
  'set system tacplus-server 10.1.1.1 secret "«$9$wPYoGjikPfzDi»"',
  'set system radius-server 10.1.1.2 secret "«$9$abcDEF»"',
  'set protocols ospf area 0.0.0.0 interface ge-0/0/0.0 authentication md5 1 key "«$9$Rz2hyKX7V»"',
  'set protocols bgp group G authentication-key "«$9$XyZ.123»"',
  'set security ike policy P pre-shared-key ascii-text "«$9$QzF36/t0BR»"',
  'set snmp v3 usm local-engine user u authentication-sha authentication-password "«JunAuth99»"',
  '        secret "«$9$0/1k1Ec»"; ## SECRET-DATA',
  '            pre-shared-key hexadecimal «cafe1234»; ## SECRET-DATA',
  // Aruba AOS-S and AOS-CX
  'password manager user-name "admin" sha1 "«5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8»"',
  'password operator plaintext «OperatorPw»',
  'snmp-server community "«procurve»" unrestricted',
  'snmpv3 user "nms" auth md5 "«AuthOfAos»" priv "«PrivOfAos»"',
  'radius-server host 10.1.2.3 key "«radword»"',
  'radius-server key "«radword»"',
  'tacacs-server host 10.1.2.4 encrypted-key "«U2FsdGVk»"',
  'user admin group administrators password ciphertext «AQBapVl5k»',
  'snmpv3 user u auth sha auth-pass ciphertext «AQBapAAAA» priv aes priv-pass ciphertext «AQBapBBBB»',
  'radius-server host 10.1.2.5 key ciphertext «AQBapCCCC»',
  // PAN-OS
  'set mgt-config users admin phash «$5$gpnvwzxm$uLs»',
  'set deviceconfig system snmp-setting access-setting version v2c snmp-community-string «panro»',
  'set network ike gateway G authentication pre-shared-key key «-AQ==Vp3n9g2s»',
  'set shared server-profile ldap L bind-password «-AQ==q2w3e4»',
  // FRR and linux
  ' neighbor 10.0.0.1 password «frrBgp»',
  'ip ospf message-digest-key 1 md5 «frrOspf»',
  'root:«$6$rounds=5000$abc$def»:19000:0:99999:7:::',
  'psk=«wlanphrase»',
  'proxy = http://u:«proxyPw»@proxy.example.net:3128',
];

/** Lines in which nothing may be masked. */
const HARMLESS: readonly string[] = [
  'service password-encryption',
  'security passwords min-length 10',
  'no snmp-server',
  'snmp-server enable traps snmp authentication linkdown linkup',
  'snmp-server host 10.1.1.1 version 3 priv nmsuser',
  'snmp-server location Rack 12, password office',
  'key chain OSPF-KEYS',
  ' key 1',
  'aaa authentication login default group tacacs+ local',
  ' ip ospf authentication message-digest',
  ' standby 20 authentication md5 key-chain HSRP',
  'ip ssh version 2',
  'password strength-check',
  'no password strength-check',
  'crypto key generate rsa',
  'interface Vlan10',
  ' description key 7 customers of example',
  'access-list 10 permit 10.0.0.0 0.0.0.255',
  'set system services ssh root-login deny',
];

describe(maskSecrets.name, () => {
  it.each(CORPUS)('leaves nothing of the secret in %j', (marked) => {
    const secrets = [...marked.matchAll(/«(.*?)»/g)].map(([, secret = '']) => secret);
    const { text, hits } = maskSecrets(marked.replace(/[«»]/g, ''), KEY);
    expect(text.replace(/<masked:[0-9a-f]{6}>/g, '«»')).toBe(marked.replace(/«.*?»/g, '«»'));
    expect(Object.values(hits).reduce((sum, count) => sum + count, 0)).toBe(secrets.length);
  });

  it.each(HARMLESS.filter((line) => !line.includes('office') && !line.includes('customers')))('leaves %j as it is', (line) => {
    expect(maskSecrets(line, KEY)).toEqual({ text: line, hits: {} });
  });

  it('masks a private key as one secret', () => {
    const { text } = maskSecrets('before\n-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKC\nAQEA7\n-----END RSA PRIVATE KEY-----\nafter', KEY);
    expect(text).toMatch(/^before\n-----BEGIN RSA PRIVATE KEY-----\n<masked:[0-9a-f]{6}>\n-----END RSA PRIVATE KEY-----\nafter$/);
    expect(maskSecrets(text, KEY).text).toBe(text);
  });

  it('gives the same secret the same mask, and a rotated one another', () => {
    const { text } = maskSecrets('snmp-server community one RO\nsnmp-server community two RO\nsnmp-server community one RW', KEY);
    const [first, second, third] = [...text.matchAll(/<masked:(.{6})>/g)].map(([, mask]) => mask);
    expect(third).toBe(first);
    expect(second).not.toBe(first);
  });

  it('needs the key: another installation has other masks', () => {
    expect(maskSecrets('enable password x1', 'a').text).not.toBe(maskSecrets('enable password x1', 'b').text);
  });

  it('changes nothing in a masked text', () => {
    const once = maskSecrets(CORPUS.join('\n').replace(/[«»]/g, ''), KEY).text;
    expect(maskSecrets(once, KEY)).toEqual({ text: once, hits: {} });
  });

  it('never throws and keeps the number of lines of a text without private keys', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...CORPUS.map((line) => line.replace(/[«»]/g, ''))))), (lines) => {
        const text = lines.join('\n');
        expect(maskSecrets(text, KEY).text.split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });
});
