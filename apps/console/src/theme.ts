import { createTheme, type MantineColorsTuple } from '@mantine/core';

const ink: MantineColorsTuple = [
  '#EEF3FB',
  '#DCE6F6',
  '#B9CDEE',
  '#7FA7E6',
  '#5E8CD6',
  '#4272BE',
  '#2C5AA0',
  '#254C87',
  '#1D3C6B',
  '#152C4F',
];

/** What changes production: its own hue, so that it is not taken for anything else. */
const red: MantineColorsTuple = [
  '#FBEAE8',
  '#F7D3CF',
  '#F3ABA4',
  '#F0857C',
  '#DD564C',
  '#C63A31',
  '#B3261E',
  '#961F18',
  '#781913',
  '#5A120E',
];

/** Its button shows a cross alone. */
const close = { 'aria-label': 'Close' };

/** Mantine's components in the language of the console: its colours, type, radius and one shadow. */
export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 6, dark: 3 },
  colors: { ink, red },
  autoContrast: true,
  defaultRadius: 6,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs', fw: 550 } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    // Who clicks what is chosen already means it; what may be empty has a button for that.
    Select: { defaultProps: { size: 'sm', allowDeselect: false } },
    Modal: {
      defaultProps: {
        closeButtonProps: close,
        transitionProps: { duration: 120 },
        shadow: 'none',
        centered: true,
        overlayProps: { backgroundOpacity: 0.35 },
      },
    },
    Drawer: {
      defaultProps: {
        closeButtonProps: close,
        transitionProps: { duration: 120 },
        overlayProps: { backgroundOpacity: 0.15 },
      },
    },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false } },
  },
});
