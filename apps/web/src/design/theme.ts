import {
  Alert,
  Button,
  Checkbox,
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
  Modal,
  Skeleton,
  Table,
  Tooltip,
} from '@mantine/core';

/** Nearly black to nearly white: controls are ink on paper, so that colour is left for state. */
const ink: MantineColorsTuple = ['#f6f7f8', '#eceff2', '#dde2e7', '#c9cfd6', '#9ba5b1', '#6d7783', '#4b5560', '#323943', '#1b2027', '#12161a'];
const dark: MantineColorsTuple = ['#e7eaee', '#c3cad2', '#9ba5b1', '#6d7783', '#323943', '#272d35', '#171b20', '#101317', '#0c0f12', '#080a0c'];

export const theme = createTheme({
  fontFamily: "Inter, 'Inter fallback', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono', ui-monospace, 'SFMono-Regular', Menlo, monospace",
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 1 },
  // Ink turns from nearly black to nearly white with the scheme, and so must what is written on it.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    if (input.variant !== 'filled') {
      return colors;
    }
    const danger = input.color === 'red';
    return { ...colors, color: danger ? 'var(--on-failed)' : 'var(--on-ink)' };
  },
  colors: { ink, dark },
  defaultRadius: 6,
  cursorType: 'pointer',
  focusRing: 'never',
  respectReducedMotion: true,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '14px', lineHeight: '20px' },
      h3: { fontSize: '13px', lineHeight: '20px' },
    },
  },
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' }, styles: { root: { fontWeight: 500, fontSize: '13px' } } }),
    Checkbox: Checkbox.extend({ defaultProps: { iconColor: 'var(--on-ink)' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, multiline: true, maw: 360, events: { hover: true, focus: true, touch: false } } }),
    Modal: Modal.extend({ defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.5 }, closeButtonProps: { 'aria-label': 'Close' } } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 8, horizontalSpacing: 12 } }),
    // In the light scheme yellow on yellow cannot be read: the words are as dark as all others, the colour is around them.
    Alert: Alert.extend({ defaultProps: { variant: 'light' }, styles: (_theme, { color }) => (color === 'yellow' ? { title: { color: 'var(--text)' } } : {}) }),
    Skeleton: Skeleton.extend({ defaultProps: { radius: 4 } }),
  },
});

/** Mantine's own tokens, pointed at ours. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--canvas)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--text-muted)',
    '--mantine-color-placeholder': 'var(--text-muted)',
    '--mantine-color-anchor': 'var(--text)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--surface-hover)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-error': 'var(--status-failed)',
    '--mantine-color-ink-filled': 'var(--ink)',
    '--mantine-color-ink-filled-hover': 'var(--ink-hover)',
    '--mantine-color-ink-text': 'var(--text)',
    '--mantine-color-ink-light': 'var(--surface-sunken)',
    '--mantine-color-ink-light-hover': 'var(--surface-hover)',
    '--mantine-color-ink-light-color': 'var(--text)',
    '--mantine-color-ink-outline': 'var(--line-strong)',
    '--mantine-color-red-filled': 'var(--status-failed)',
    '--mantine-color-red-light': 'var(--status-failed-soft)',
    '--mantine-color-red-light-color': 'var(--status-failed)',
    '--mantine-color-red-outline': 'var(--status-failed)',
    '--mantine-color-red-text': 'var(--status-failed)',
  };
  return { variables: {}, light: shared, dark: shared };
};

/** Same key as `public/color-scheme.js`, which runs before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'capstan-color-scheme' });
