// Sends the chosen rating at the first act of a person anywhere on the page, and each rating, cause and option that a person presses;
// shows what is asked with these. Only acts that the browser itself takes for a person's are heard: a scanner's moves and scrolling
// are not, nor are events made by a script.
// Without scripts, or where the browser does not tell, the button does it all.
(() => {
  const form = document.querySelector('form.survey');
  const state = form.querySelector('.state');
  const button = form.querySelector('button');
  const reason = form.querySelector('label.field');
  const texts = form.dataset;
  const opened = texts.opened;
  const label = button.textContent;
  let told = texts.known;       // the rating that the server knows, or is being told
  let later = 0;                // the timer of a pressed rating that is about to be sent
  let busy = 0;                 // requests on their way
  let line = Promise.resolve(); // one at a time, so that the last act arrives last

  const person = (event) => event.isTrusted && navigator.userActivation && navigator.userActivation.hasBeenActive;
  const chosen = () => (form.querySelector('input[name=rating]:checked') || { value: '' }).value;
  const said = (rating) => (form.querySelector(`input[name=rating][value="${rating}"]`) || { dataset: { said: '' } }).dataset.said;
  const say = (kind, rating) => {
    state.dataset.kind = kind;
    state.textContent = texts[kind].replace('#', () => said(rating));
    button.textContent = kind === 'waiting' ? texts.yes.replace('#', () => said(rating)) : label;
  };

  const send = (act, rating) => {
    told = rating;
    const body = new URLSearchParams({ act, rating, opened });
    if (act === 'explicit') {
      for (const [name, value] of new FormData(form)) if (value && /^(cause$|had$|q-)/.test(name)) body.append(name, value);
    }
    busy++;
    line = line.then(async () => {
      let answer = 'unsaved';
      try {
        const response = await fetch(form.action, {
          method: 'POST', keepalive: true, credentials: 'omit', headers: { Accept: 'application/json' }, body,
        });
        const { state } = await response.json();
        if (['saved', 'waiting', 'closed'].includes(state)) answer = state;
      } catch { /* unsaved: the button is there */ }
      busy--;
      if (answer === 'unsaved') told = '';
      if (!busy) say(answer, rating);
    });
  };

  const flush = () => {
    clearTimeout(later);
    if (later && chosen()) send('explicit', chosen()); // also what is known already: another device may have changed it
    later = 0;
  };
  const soon = (wait) => {
    clearTimeout(later);
    later = setTimeout(flush, wait);
  };

  // What is asked with the chosen rating, and with what was chosen above it. The server decides the same again.
  const pressed = (need) => {
    const [name, values] = need.split('=');
    return values.split(',').some((value) => form.querySelector(`[name="${name}"][value="${value}"]:checked:enabled`));
  };
  const parts = form.querySelectorAll('[data-ratings], [data-needs]');
  const apply = () => {
    for (const part of parts) {
      const { ratings, needs } = part.dataset;
      part.hidden = ratings && !ratings.split(' ').includes(chosen()) || needs && !needs.split(' ').every(pressed);
      (part.control || part).disabled = part.hidden;
    }
  };
  apply();

  // A press on a rating. Arrow keys run through the ratings: the last one of a run is sent.
  const press = (event) => {
    const input = event.target;
    if (input.name !== 'rating') return;
    reason.textContent = reason.dataset[input.dataset.group];
    if (person(event)) soon(300);
  };
  form.addEventListener('click', press);
  form.addEventListener('change', press);

  // A press on a cause or an option, of which there may come more; own words go with the button.
  form.addEventListener('change', (event) => {
    apply();
    const part = event.target.closest('.extra');
    if (!part || !person(event)) return;
    part.querySelector('[name=had]').disabled = false;
    if (event.target.type === 'textarea') return;
    soon(500);
  });

  // Keys that only scroll are no act, and what is done to a rating or to the button speaks for itself.
  const scrolls = ['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', ' '];
  const first = (event) => {
    if (opened === '' || told === opened || later || chosen() !== opened || !person(event)) return;
    const key = event.type === 'keydown' ? event.key : '';
    if (event.target.closest('.scale label, .ticks label, .button') && key !== 'Tab') return;
    if (scrolls.includes(key) && event.target.type !== 'textarea') return;
    send('implied', opened);
  };
  for (const type of ['pointerup', 'click', 'keydown']) document.addEventListener(type, first);

  // The form goes by itself, but not before what was sent earlier has arrived.
  form.addEventListener('submit', (event) => {
    clearTimeout(later);
    later = 0;
    if (!busy) return;
    event.preventDefault();
    say('sending', '');
    line.then(() => form.requestSubmit(button));
  });
  // A phone may end a page that is out of sight without a word.
  addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', () => { if (document.hidden) flush(); });
})();
