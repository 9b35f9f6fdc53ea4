// Sign-in, first set-up, errors.
import "./form-guard.js";
import "./flash-note.js";
import "./error-focus.js";
