/** A disc and two bars, 144 by 40 pixels, in a colour that can be seen on light and on dark. */
export const LOGO = [
  'iVBORw0KGgoAAAANSUhEUgAAAJAAAAAoCAYAAAAR33OgAAAAqElEQVR42u3a0Q2AIAxAQcZ0FqdxU1yhAVKL3Ev4J+U0Idqa',
  'JEmSpruvp5uCwliiy7Q0BAckLYEDEjx99TJVeCDSd3ggggci7QUoc0/WxINddbMOFSCA/g6o8oYdKkAAAQQQQJsCkus7QPBA',
  'JG8gASSAAALINd4DBxBA+yPyLQwggADyPxBAAAF0EiL3Xtd6eJSPyFQhgke5kExPQ5BMS2FUpiBJkor3Aho/wn4UhMjsAAAA',
  'AElFTkSuQmCC',
].join('');
