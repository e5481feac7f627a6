import type { Plugin } from 'vite';

/** Lets the browser ask for the text font before it has read any style sheet. */
export function preloadFont(file: RegExp): Plugin {
  return {
    name: 'capstan:preload-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const name = Object.keys(bundle ?? {}).find((candidate) => file.test(candidate));
        return name === undefined ? [] : [{ tag: 'link', attrs: { rel: 'preload', href: `/${name}`, as: 'font', type: 'font/woff2', crossorigin: '' }, injectTo: 'head-prepend' }];
      },
    },
  };
}
