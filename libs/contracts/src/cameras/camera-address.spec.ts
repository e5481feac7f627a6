import { splitUserinfo } from './camera-address';

describe(splitUserinfo.name, () => {
  it.each([
    ['rtsp://10.0.0.5/live', { url: 'rtsp://10.0.0.5/live' }],
    ['rtsp://admin:secret@10.0.0.5:554/live', { url: 'rtsp://10.0.0.5:554/live', username: 'admin', password: 'secret' }],
    ['rtsp://admin@10.0.0.5/live', { url: 'rtsp://10.0.0.5/live', username: 'admin' }],
    ['rtsp://admin:p%40ss@cam.example/live', { url: 'rtsp://cam.example/live', username: 'admin', password: 'p@ss' }],
    ['rtsp://admin:p@ss:w/rd%25 #é@cam.example:8554/live?x=1', { url: 'rtsp://cam.example:8554/live?x=1', username: 'admin', password: 'p@ss:w/rd%25 #é' }],
    ['rtsp://admin:100%@cam.example/live', { url: 'rtsp://cam.example/live', username: 'admin', password: '100%' }],
    ['rtsp://cam.example/picture@2x', { url: 'rtsp://cam.example/picture@2x' }],
    ['rtsp://[2001:db8::1]:554/live', { url: 'rtsp://[2001:db8::1]:554/live' }],
    ['not a url', { url: 'not a url' }],
  ])('reads %s', (text, split) => {
    expect(splitUserinfo(text)).toEqual(split);
  });
});
