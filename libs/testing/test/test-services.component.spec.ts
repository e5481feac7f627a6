import { connect, type ChannelModel } from 'amqplib';
import { Client as S3Client } from 'minio';
import { Client } from 'pg';
import { postgresForTests, rabbitmqForTests, s3ForTests, testDatabase, testVhost } from '../src/index';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe(testDatabase.name, () => {
  it('gives each caller an empty database of its own', async () => {
    const one = await testDatabase();
    const other = await testDatabase();
    await query(one.url, 'CREATE TABLE things (id int)');
    await expect(query(other.url, 'SELECT * FROM things')).rejects.toMatchObject({ code: '42P01' });
    await one.drop();
    await other.drop();
  });

  it('copies a template', async () => {
    const template = await testDatabase();
    await query(template.url, 'CREATE TABLE things AS SELECT 7 AS id');
    const sut = await testDatabase({ template: template.name });
    await expect(query(sut.url, 'SELECT id FROM things')).resolves.toEqual([{ id: 7 }]);
    await sut.drop();
    await template.drop();
  });

  it('names the connection that was left open, and removes the database all the same', async () => {
    const sut = await testDatabase();
    const forgotten = new Client({ connectionString: sut.url, application_name: 'forgotten-pool' });
    forgotten.on('error', () => undefined);
    await forgotten.connect();
    await expect(sut.drop()).rejects.toThrow(/left open:\nforgotten-pool/);
    const { url } = await postgresForTests();
    await expect(query(url, `SELECT datname FROM pg_database WHERE datname = '${sut.name}'`)).resolves.toEqual([]);
    await forgotten.end().catch(() => undefined);
  });
});

describe(testVhost.name, () => {
  it('keeps queues of the same name apart', async () => {
    const one = await testVhost();
    const other = await testVhost();
    const connections: ChannelModel[] = [await connect(one.url), await connect(other.url)];
    const [first, second] = await Promise.all(connections.map((connection) => connection.createChannel()));
    await first!.assertQueue('work', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await second!.assertQueue('work', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    first!.sendToQueue('work', Buffer.from('for one'));
    await expect(second!.get('work')).resolves.toBe(false);
    await Promise.all(connections.map((connection) => connection.close()));
    await one.remove();
    await other.remove();
    await expect(connect(one.url)).rejects.toThrow();
  });

  it('tells when a connection was left open', async () => {
    const sut = await testVhost();
    const forgotten = await connect(sut.url);
    forgotten.on('error', () => undefined);
    await expect(sut.remove()).rejects.toThrow(/left open/);
  });
});

describe(rabbitmqForTests.name, () => {
  it('gives every caller the same broker', async () => {
    await expect(rabbitmqForTests()).resolves.toEqual(await rabbitmqForTests());
  });
});

describe(s3ForTests.name, () => {
  it('stores and returns an object', async () => {
    const { endpoint, accessKey, secretKey, region } = await s3ForTests();
    const url = new URL(endpoint);
    const client = new S3Client({ endPoint: url.hostname, port: Number(url.port), useSSL: false, accessKey, secretKey, region, pathStyle: true });
    await client.makeBucket('harness');
    await client.putObject('harness', 'a/b', 'hello');
    await expect(client.statObject('harness', 'a/b')).resolves.toMatchObject({ size: 5 });
  });
});
