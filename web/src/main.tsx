import '@fontsource-variable/inter/wght.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/sign-in.css';
import './styles/messenger.css';
import './styles/timeline.css';
import './styles/dialogs.css';
import { render } from 'preact';
import { App } from './ui/app.tsx';

const root = document.getElementById('app');
if (root) render(<App />, root);
